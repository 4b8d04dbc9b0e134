variable "project_id" {
  description = "The project."
  type        = string
}

variable "services" {
  description = "Services that must be on, such as pubsub.googleapis.com."
  type        = list(string)
}
