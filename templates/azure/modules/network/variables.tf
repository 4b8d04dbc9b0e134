variable "name" {
  description = "Prefix of every resource's name."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of a new network."
  type        = string
}

variable "location" {
  description = "Region of the network."
  type        = string
}

variable "provision" {
  description = "Create the network; otherwise vnet_id names an existing one."
  type        = bool
}

variable "cidr_block" {
  description = "IPv4 range of a new network, between /16 and /22."
  type        = string
}

variable "single_nat_gateway" {
  description = "One NAT gateway instead of one in each availability zone."
  type        = bool
}

variable "vnet_id" {
  description = "Existing network."
  type        = string
}

variable "private_subnet_ids" {
  description = "Subnets of the existing network: the first for nodes, the last for private endpoints."
  type        = list(string)
}

variable "public_subnet_ids" {
  description = "Subnets of the existing network: the first holds the Application Gateway and nothing else."
  type        = list(string)
}

variable "tags" {
  description = "Tags of every resource that takes them."
  type        = map(string)
}
