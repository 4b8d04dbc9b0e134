variable "project_id" {
  description = "Project of the network."
  type        = string
}

variable "name" {
  description = "Beginning of the range's name."
  type        = string
}

variable "network_id" {
  description = "The network."
  type        = string
}

variable "cidr_block" {
  description = "IPv4 range for Google's services, at least a /24."
  type        = string
}
