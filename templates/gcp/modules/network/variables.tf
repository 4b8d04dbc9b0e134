variable "project_id" {
  description = "Project of a new network."
  type        = string
}

variable "region" {
  description = "Region of the subnet."
  type        = string
}

variable "name" {
  description = "Name of a new network, and prefix of what belongs to it."
  type        = string
}

variable "provision" {
  description = "Create the network; otherwise network_id names an existing one."
  type        = bool
}

variable "cidr_block" {
  description = "IPv4 range of a new network, between /12 and /20."
  type        = string
}

variable "single_nat_address" {
  description = "One address for outgoing traffic instead of three."
  type        = bool
}

variable "network_id" {
  description = "Existing network: projects/<project>/global/networks/<name>."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the existing network: projects/<project>/regions/<region>/subnetworks/<name>."
  type        = string
}
