variable "name" {
  description = "Name of the account, unique in all of Azure."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group that is made for the account, so that it can be locked."
  type        = string
}

variable "endpoint_resource_group_name" {
  description = "Resource group of the private endpoint."
  type        = string
}

variable "location" {
  description = "Region that the account writes in."
  type        = string
}

variable "database_name" {
  description = "Name of the account's one database."
  type        = string
}

variable "config" {
  description = "What the containers of the account have in common: no machines of their own, further regions, restore to any moment."
  type = object({
    serverless        = bool
    replicas          = list(string)
    continuous_backup = bool
  })
}

variable "paired_region" {
  description = "Whether there is another region to copy periodic backups to."
  type        = bool
}

variable "zone_redundant" {
  description = "Spread the data over the region's availability zones."
  type        = bool
}

variable "deletion_protection" {
  description = "Lock the account and its containers against being deleted."
  type        = bool
}

variable "endpoint" {
  description = "Subnet and private DNS zone of a private endpoint; null leaves the account reachable from the internet."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "tags" {
  description = "Tags of the account."
  type        = map(string)
}
