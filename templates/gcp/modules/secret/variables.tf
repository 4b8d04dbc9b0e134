variable "project_id" {
  description = "Project of the secret."
  type        = string
}

variable "region" {
  description = "The one region that the value is stored in."
  type        = string
}

variable "name" {
  description = "Name of the secret."
  type        = string
}

variable "config" {
  description = "Whether a random value is stored, and of what kind."
  type = object({
    generate      = bool
    length        = number
    special_chars = bool
  })
}
