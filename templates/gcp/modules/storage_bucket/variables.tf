variable "project_id" {
  description = "Project of the bucket."
  type        = string
}

variable "region" {
  description = "Region of the bucket."
  type        = string
}

variable "name" {
  description = "Name of the bucket, unique in all of GCP."
  type        = string
}

variable "config" {
  description = "What the bucket is to be; encryption chooses key_id over Google's own keys."
  type = object({
    versioning    = bool
    encryption    = bool
    public_access = bool
    cors_origins  = list(string)
  })
}

variable "key_id" {
  description = "Cloud KMS key that encrypts the objects; null without encryption."
  type        = string
}

variable "keep_data" {
  description = "Refuse to delete the bucket while it holds objects."
  type        = bool
}
