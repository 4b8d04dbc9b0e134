variable "name" {
  description = "Name of the queue in its namespace."
  type        = string
}

variable "namespace_id" {
  description = "Service Bus namespace of the queue."
  type        = string
}

variable "host" {
  description = "Host name of the namespace."
  type        = string
}

variable "config" {
  description = "What the queue is to be; times are ISO 8601 durations."
  type = object({
    max_delivery_count  = number
    lock_duration       = string
    requires_session    = bool
    default_message_ttl = string
  })
}
