variable "name" {
  description = "Id of the replication group and prefix of what belongs to it."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the cache."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the cache."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Security groups that may connect, by a name for each."
  type        = map(string)
}

variable "allowed_cidr_blocks" {
  description = "Networks that may connect."
  type        = list(string)
}

variable "node_type" {
  description = "Node type, such as cache.t4g.micro."
  type        = string
}

variable "node_count" {
  description = "One primary and its replicas."
  type        = number
}

variable "engine" {
  description = "redis or valkey."
  type        = string
}

variable "engine_version" {
  description = "Engine version, such as 7.1."
  type        = string
}

variable "multi_az" {
  description = "Fail over to another availability zone."
  type        = bool
}

variable "keep_data" {
  description = "Take daily snapshots, kept for a week, and a last one when the cache is deleted."
  type        = bool
}
