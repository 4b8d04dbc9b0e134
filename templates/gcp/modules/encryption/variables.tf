variable "project_id" {
  description = "Project of the keys."
  type        = string
}

variable "region" {
  description = "Region of the keys, which is that of what they encrypt."
  type        = string
}

variable "name" {
  description = "Beginning of the key ring's name."
  type        = string
}

variable "users" {
  description = "Purpose of each key, and the IAM member that may encrypt and decrypt with it."
  type        = map(string)
}
