variable "name" {
  description = "Name of the cluster and prefix of what belongs to it."
  type        = string
}

variable "resource_group_name" {
  description = "Resource group of the cluster."
  type        = string
}

variable "resource_group_id" {
  description = "The same group, by its id."
  type        = string
}

variable "location" {
  description = "Region of the cluster."
  type        = string
}

variable "tenant_id" {
  description = "Entra tenant of the people who sign in."
  type        = string
}

variable "applier_object_id" {
  description = "Object id of the identity that applies."
  type        = string
}

variable "kubernetes_version" {
  description = "Kubernetes minor version; null takes AKS' own default."
  type        = string
}

variable "sku_tier" {
  description = "Free, Standard (with an uptime promise) or Premium (with long-term support)."
  type        = string
}

variable "vnet_id" {
  description = "The nodes' network."
  type        = string
}

variable "node_subnets" {
  description = "Subnets for nodes, each with the availability zones that its nodes are spread over."
  type = list(object({
    id    = string
    zones = list(string)
  }))
}

variable "outbound_type" {
  description = "How nodes reach the internet: userAssignedNATGateway behind a gateway of ours, else loadBalancer."
  type        = string
}

variable "authorized_ip_ranges" {
  description = "Networks that may reach the Kubernetes API from the internet; none makes it private."
  type        = list(string)
}

variable "nat_addresses" {
  description = "Public addresses that the nodes' own traffic comes from."
  type        = list(string)
}

variable "admin_group_object_ids" {
  description = "Object ids of the Entra groups that administer the cluster."
  type        = list(string)
}

variable "host_encryption" {
  description = "Encrypt what a node keeps in memory of its disks, on the machine that runs it."
  type        = bool
}

variable "node_pool" {
  description = "The first pool's name, VM sizes and numbers of nodes; disk_size_gb in GiB."
  type = object({
    name           = string
    instance_types = list(string)
    min_size       = number
    max_size       = number
    desired_size   = number
    disk_size_gb   = number
  })
}

variable "has_dns_zone" {
  description = "Whether there is a zone for the controllers that write records."
  type        = bool
}

variable "dns_zone_id" {
  description = "That zone."
  type        = string
}

variable "has_key_vault" {
  description = "Whether there is a vault for the controller that reads secrets."
  type        = bool
}

variable "key_vault_id" {
  description = "That vault."
  type        = string
}

variable "has_gateway" {
  description = "Whether there is an Application Gateway for the ingress controller."
  type        = bool
}

variable "gateway" {
  description = "That gateway and its identity."
  type = object({
    id          = string
    identity_id = string
  })
}

variable "gateway_subnet_id" {
  description = "Subnet of that gateway."
  type        = string
}

variable "tags" {
  description = "Tags of every resource that takes them."
  type        = map(string)
}
