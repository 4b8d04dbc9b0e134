variable "name" {
  description = "Name of the secret in the vault."
  type        = string
}

variable "vault" {
  description = "Vault of the secret."
  type = object({
    id  = string
    uri = string
  })
}

variable "config" {
  description = "Whether a random value is stored, and of what kind."
  type = object({
    generate      = bool
    length        = number
    special_chars = bool
  })
}

variable "tags" {
  description = "Tags of the secret, which takes fifteen at most."
  type        = map(string)
}
