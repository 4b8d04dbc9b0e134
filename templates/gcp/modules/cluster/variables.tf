variable "project_id" {
  description = "Project of the cluster."
  type        = string
}

variable "region" {
  description = "Region of the cluster."
  type        = string
}

variable "name" {
  description = "Name of the cluster and prefix of what belongs to it."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes minor version to start with; null takes the channel's default."
  type        = string
}

variable "autopilot" {
  description = "Let GKE choose and size the nodes."
  type        = bool
}

variable "network_id" {
  description = "Network of the cluster."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the nodes."
  type        = string
}

variable "pods_range_name" {
  description = "Secondary range of the subnet for pods; null lets GKE make one."
  type        = string
}

variable "services_range_name" {
  description = "Secondary range of the subnet for services; null lets GKE make one."
  type        = string
}

variable "authorized_cidr_blocks" {
  description = "Networks that may reach the Kubernetes API from the internet; when empty, it is private."
  type        = list(string)
}

variable "admins" {
  description = "IAM members that administer the cluster."
  type        = list(string)
}

variable "key_id" {
  description = "Cloud KMS key that encrypts Kubernetes secrets."
  type        = string
}

variable "deletion_protection" {
  description = "Refuse to delete the cluster."
  type        = bool
}

variable "dns_zone" {
  description = "Name of the Cloud DNS zone that in-cluster controllers write to; null without one."
  type        = string
}

variable "secret_ids" {
  description = "Secrets that external-secrets may read, by a name for each."
  type        = map(string)
}

variable "labels" {
  description = "Labels of the nodes' machines and disks."
  type        = map(string)
}

variable "nodes" {
  description = "What the nodes are; sizes count the nodes of all zones together, disk_size is in GiB."
  type = object({
    instance_type = string
    min_size      = number
    max_size      = number
    desired_size  = number
    disk_size     = number
  })
}
