variable "project_id" {
  description = "Project of the queue."
  type        = string
}

variable "project_number" {
  description = "Number of the project, which names the account that Pub/Sub acts as."
  type        = string
}

variable "region" {
  description = "The one region that messages are stored in."
  type        = string
}

variable "name" {
  description = "Name of the queue: its topic is <name>-queue, its subscription <name>-sub."
  type        = string
}

variable "config" {
  description = "What the queue is to be. max_delivery_attempts adds a dead-letter queue."
  type = object({
    ordered                   = bool
    ack_deadline_seconds      = number
    message_retention_seconds = number
    max_delivery_attempts     = optional(number)
  })
}
