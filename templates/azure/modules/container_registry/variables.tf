variable "name" {
  description = "Name of the registry, unique in all of Azure."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group that is made for the registry, so that it can be locked."
  type        = string
}

variable "endpoint_resource_group_name" {
  description = "Resource group of the private endpoint."
  type        = string
}

variable "location" {
  description = "Region of the registry."
  type        = string
}

variable "premium" {
  description = "The tier that is spread over availability zones and can be private."
  type        = bool
}

variable "endpoint" {
  description = "Subnet and private DNS zone of a private endpoint (Premium only); null leaves it reachable from the internet."
  type = object({
    subnet_id   = string
    dns_zone_id = string
  })
}

variable "puller_principal_ids" {
  description = "Identities that may pull images, by a name for each."
  type        = map(string)
}

variable "keep_data" {
  description = "Lock the registry against being deleted."
  type        = bool
}

variable "tags" {
  description = "Tags of the registry."
  type        = map(string)
}
