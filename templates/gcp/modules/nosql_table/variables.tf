variable "project_id" {
  description = "Project of the database."
  type        = string
}

variable "name" {
  description = "Name of the Firestore database."
  type        = string
}

variable "collection" {
  description = "Name of its collection."
  type        = string
}

variable "config" {
  description = "Place, keys and protection of the table."
  type = object({
    location               = string
    hash_key               = string
    range_key              = optional(string)
    point_in_time_recovery = bool
    ttl_attribute          = optional(string)
    deletion_protection    = bool
  })
}
