variable "name" {
  description = "Name of the server, unique in all of Azure."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group that is made for the server, so that it can be locked."
  type        = string
}

variable "endpoint_resource_group_name" {
  description = "Resource group of private endpoints."
  type        = string
}

variable "location" {
  description = "Region of the server."
  type        = string
}

variable "tenant_id" {
  description = "Entra tenant of the users who sign in with it."
  type        = string
}

variable "key_vault_id" {
  description = "Vault that keeps the administrator's password."
  type        = string
}

variable "secret_name" {
  description = "What that password is called there."
  type        = string
}

variable "subnet" {
  description = "Subnet that is delegated to the engine, and private DNS zone of its servers; null in an existing network."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "endpoint" {
  description = "Subnet and private DNS zone of private endpoints; null where there is a subnet for databases."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "config" {
  description = "What the server is to be; storage in MiB."
  type = object({
    engine                = string
    engine_version        = string
    sku_name              = string
    storage_mb            = number
    backup_retention_days = number
    geo_redundant_backup  = bool
    iam_auth              = bool
    high_availability     = bool
    deletion_protection   = bool
  })
}

variable "tags" {
  description = "Tags of every resource that takes them."
  type        = map(string)
}

variable "own_tags" {
  description = "Tags of the secret, which takes fifteen at most."
  type        = map(string)
}
