variable "name" {
  description = "Name of the bucket, unique in all of AWS."
  type        = string
}

variable "config" {
  description = "What the bucket is to be; encryption chooses a KMS key over S3's own."
  type = object({
    versioning    = bool
    encryption    = bool
    public_access = bool
    cors_origins  = list(string)
  })
}

variable "keep_data" {
  description = "Refuse to delete the bucket while it holds objects."
  type        = bool
}
