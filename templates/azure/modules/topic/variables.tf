variable "name" {
  description = "Name of the topic in its namespace."
  type        = string
}

variable "namespace_id" {
  description = "Service Bus namespace of the topic."
  type        = string
}

variable "host" {
  description = "Host name of the namespace."
  type        = string
}

variable "subscriptions" {
  description = "Receivers; key is a stable name that does not depend on what is created, forward_to a queue of the namespace."
  type = list(object({
    key        = string
    name       = string
    forward_to = optional(string)
  }))
}
