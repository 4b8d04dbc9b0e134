variable "name" {
  description = "What the endpoint leads to; the endpoint is called after it."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the endpoint."
  type        = string
}

variable "location" {
  description = "Region of the endpoint's network."
  type        = string
}

variable "resource_id" {
  description = "Resource that the endpoint leads to."
  type        = string
}

variable "subresource" {
  description = "Which of the resource's services it leads to, such as vault or blob."
  type        = string
}

variable "endpoint" {
  description = "Subnet of the endpoint, and private DNS zone that names it."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "tags" {
  description = "Tags of the endpoint."
  type        = map(string)
}
