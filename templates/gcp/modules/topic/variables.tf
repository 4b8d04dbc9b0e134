variable "project_id" {
  description = "Project of the topic."
  type        = string
}

variable "region" {
  description = "The one region that messages are stored in."
  type        = string
}

variable "name" {
  description = "Name of the topic; a subscription is <name>-<its name>."
  type        = string
}

variable "subscriptions" {
  description = "Receivers of the topic's messages; without a push_endpoint they fetch them."
  type = list(object({
    name          = string
    push_endpoint = optional(string)
  }))
}
