variable "name" {
  description = "Name of the repository."
  type        = string
}

variable "image_tag_mutability" {
  description = "IMMUTABLE keeps a pushed tag for ever, MUTABLE lets it move."
  type        = string
}

variable "scan_on_push" {
  description = "Scan each image when it arrives."
  type        = bool
}

variable "keep_data" {
  description = "Refuse to delete the repository while it holds images."
  type        = bool
}
