variable "name" {
  description = "Name of the cache, unique in all of Azure, and prefix of what belongs to it."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the cache."
  type        = string
}

variable "location" {
  description = "Region of the cache."
  type        = string
}

variable "config" {
  description = "SKU of the cache, and whether it has a second node in another zone."
  type = object({
    sku_name = string
    multi_az = bool
  })
}

variable "endpoint" {
  description = "Subnet and private DNS zone of the private endpoint."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "allowed_cidr_blocks" {
  description = "Networks that may connect."
  type        = list(string)
}

variable "security_group_name" {
  description = "Network security group of private endpoints; null in an existing network, which isn't changed."
  type        = string
}

variable "rule_priority" {
  description = "Priority of the cache's rule in that group; no other rule has it."
  type        = number
}

variable "tags" {
  description = "Tags of every resource that takes them."
  type        = map(string)
}
