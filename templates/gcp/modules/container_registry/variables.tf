variable "project_id" {
  description = "Project of the repository."
  type        = string
}

variable "region" {
  description = "Region of the repository."
  type        = string
}

variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "immutable_tags" {
  description = "Keep a pushed tag for ever; otherwise it may move."
  type        = bool
}

variable "scan_on_push" {
  description = "Scan each image when it arrives."
  type        = bool
}
