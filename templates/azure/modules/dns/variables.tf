variable "name" {
  description = "Prefix of every resource's name."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of what is created."
  type        = string
}

variable "location" {
  description = "Region of the gateway and its firewall."
  type        = string
}

variable "manage_zone" {
  description = "Manage a DNS zone."
  type        = bool
}

variable "zone_name" {
  description = "Existing zone; null creates one."
  type        = string
}

variable "zone_resource_group_name" {
  description = "Resource group of the existing zone."
  type        = string
}

variable "domain" {
  description = "Domain of the environment."
  type        = string
}

variable "create_certificate" {
  description = "Keep a certificate for the domain and its subdomains in the vault."
  type        = bool
}

variable "key_vault_id" {
  description = "Vault of the certificate; null without one."
  type        = string
}

variable "waf" {
  description = "Create a web application firewall."
  type        = bool
}

variable "waf_mode" {
  description = "Prevention turns requests away, Detection only logs them."
  type        = string
}

variable "gateway" {
  description = "Subnet for the Application Gateway and the fewest units that it runs; null makes none."
  type = object({
    subnet_id    = string
    min_capacity = number
  })
}

variable "tags" {
  description = "Tags of every resource that takes them."
  type        = map(string)
}

variable "own_tags" {
  description = "Tags of the zone and of the certificate, which take fifteen at most."
  type        = map(string)
}
