variable "name" {
  description = "Name of the table."
  type        = string
}

variable "config" {
  description = "Keys, billing and protection of the table, and the regions that it is copied to."
  type = object({
    hash_key               = string
    hash_key_type          = string
    range_key              = optional(string)
    range_key_type         = optional(string)
    billing_mode           = string
    read_capacity          = optional(number)
    write_capacity         = optional(number)
    point_in_time_recovery = bool
    ttl_attribute          = optional(string)
    deletion_protection    = bool
    global_replicas        = list(string)
  })
}
