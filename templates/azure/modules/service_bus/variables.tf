variable "name" {
  description = "Name of the namespace, unique in all of Azure."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the namespace."
  type        = string
}

variable "location" {
  description = "Region of the namespace."
  type        = string
}

variable "premium" {
  description = "The tier that has machines of its own, spread over availability zones, and private endpoints."
  type        = bool
}

variable "endpoint" {
  description = "Subnet and private DNS zone of a private endpoint (Premium only); null leaves it reachable from the internet."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "tags" {
  description = "Tags of the namespace."
  type        = map(string)
}
