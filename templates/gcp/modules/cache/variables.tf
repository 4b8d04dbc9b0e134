variable "project_id" {
  description = "Project of the cache."
  type        = string
}

variable "region" {
  description = "Region of the cache."
  type        = string
}

variable "name" {
  description = "Name of the Memorystore instance."
  type        = string
}

variable "credentials_name" {
  description = "Name of the secret that holds the password."
  type        = string
}

variable "network_id" {
  description = "Network that may connect."
  type        = string
}

variable "address_range_name" {
  description = "Range that the addresses are taken from; null lets Google choose among those of the network."
  type        = string
}

variable "config" {
  description = "What the cache is to be; replicas that can be read from come with STANDARD_HA only."
  type = object({
    tier           = string
    memory_size_gb = number
    redis_version  = string
    read_replicas  = number
  })
}

variable "keep_data" {
  description = "Take a snapshot twice a day, from which a cache that broke down comes back."
  type        = bool
}
