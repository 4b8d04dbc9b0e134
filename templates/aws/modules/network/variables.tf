variable "name" {
  description = "Prefix of every resource's name."
  type        = string
}

variable "region" {
  description = "Region of the network."
  type        = string
}

variable "provision" {
  description = "Create the VPC; otherwise vpc_id names an existing one."
  type        = bool
}

variable "cidr_block" {
  description = "IPv4 range of a new VPC, between /16 and /22."
  type        = string
}

variable "single_nat_gateway" {
  description = "One NAT gateway instead of one in each availability zone."
  type        = bool
}

variable "vpc_id" {
  description = "Existing VPC."
  type        = string
}

variable "private_subnet_ids" {
  description = "Private subnets of the existing VPC; found by themselves when empty."
  type        = list(string)
}

variable "public_subnet_ids" {
  description = "Public subnets of the existing VPC; found by themselves when empty."
  type        = list(string)
}

variable "private_subnet_tags" {
  description = "Further tags of new private subnets."
  type        = map(string)
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role; null makes them without a boundary."
  type        = string
}
