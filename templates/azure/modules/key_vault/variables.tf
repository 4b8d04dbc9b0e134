variable "name" {
  description = "Name of the vault, unique in all of Azure."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the vault."
  type        = string
}

variable "resource_group_id" {
  description = "The same group, by its id."
  type        = string
}

variable "location" {
  description = "Region of the vault."
  type        = string
}

variable "tenant_id" {
  description = "Entra tenant whose identities may be given rights."
  type        = string
}

variable "writer_object_id" {
  description = "Object id of the identity that applies."
  type        = string
}

variable "open" {
  description = "Answer from every network; rights are asked for all the same."
  type        = bool
}

variable "allowed_ip_ranges" {
  description = "Networks of the internet that may reach the vault."
  type        = list(string)
}

variable "endpoint" {
  description = "Subnet and private DNS zone of a private endpoint; null makes none."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "keep_data" {
  description = "Let nobody purge what was deleted before ninety days are over."
  type        = bool
}

variable "tags" {
  description = "Tags of the vault."
  type        = map(string)
}
