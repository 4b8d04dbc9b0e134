variable "name" {
  description = "Name of the link between zone and network."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the zone."
  type        = string
}

variable "zone" {
  description = "Domain that is answered privately, such as privatelink.vaultcore.azure.net."
  type        = string
}

variable "vnet_id" {
  description = "Network that asks the zone."
  type        = string
}

variable "tags" {
  description = "Tags of the zone; it takes fifteen at most."
  type        = map(string)
}
