variable "name" {
  description = "Name of the storage account, unique in all of Azure."
  type        = string
}

variable "container_name" {
  description = "Name of the blob container in it."
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
  description = "Region of the account."
  type        = string
}

variable "config" {
  description = "What the bucket is to be; encryption adds a second layer to Azure's own."
  type = object({
    versioning    = bool
    encryption    = bool
    public_access = bool
    cors_origins  = list(string)
  })
}

variable "endpoint" {
  description = "Subnet and private DNS zone of a private endpoint; null leaves the account reachable from the internet."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "keep_data" {
  description = "Keep three copies in different zones, restore what was deleted for thirty days, and lock the account."
  type        = bool
}

variable "tags" {
  description = "Tags of the account."
  type        = map(string)
}
