variable "name" {
  description = "Name of the topic."
  type        = string
}

variable "subscriptions" {
  description = "Receivers; key is a stable name that does not depend on what is created."
  type = list(object({
    key      = string
    protocol = string
    endpoint = string
  }))
}
