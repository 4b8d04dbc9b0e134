variable "name" {
  description = "Name of the container."
  type        = string
}

variable "account" {
  description = "Where the container is made."
  type = object({
    id                  = string
    name                = string
    endpoint            = string
    database            = string
    resource_group_name = string
  })
}

variable "config" {
  description = "Keys and throughput (RU/s) of the container, and the regions that its account is copied to."
  type = object({
    partition_key_paths = list(string)
    throughput          = optional(number)
    max_throughput      = optional(number)
    default_ttl         = optional(number)
    global_replicas     = list(string)
  })
}
