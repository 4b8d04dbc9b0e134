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

variable "keep_data" {
  description = "Keep a deleted secret for thirty days, in which it can be restored."
  type        = bool
}
