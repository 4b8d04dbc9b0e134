variable "name" {
  description = "Name of the queue, without the .fifo suffix."
  type        = string
}

variable "config" {
  description = "What the queue is to be; times in seconds. max_receive_count adds a dead-letter queue."
  type = object({
    fifo                       = bool
    visibility_timeout_seconds = number
    message_retention_seconds  = number
    delay_seconds              = number
    max_receive_count          = optional(number)
  })
}

variable "sender_topic_arns" {
  description = "Topics that deliver to the queue."
  type        = list(string)
}
