variable "project_id" {
  description = "Project of the database."
  type        = string
}

variable "region" {
  description = "Region of the database."
  type        = string
}

variable "name" {
  description = "Name of the Cloud SQL instance and prefix of what belongs to it."
  type        = string
}

variable "credentials_name" {
  description = "Name of the secret that holds the credentials."
  type        = string
}

variable "network_id" {
  description = "Network in which the database has its one address."
  type        = string
}

variable "address_range_name" {
  description = "Range that the address is taken from; null lets Google choose among those of the network."
  type        = string
}

variable "labels" {
  description = "Labels of the instances."
  type        = map(string)
}

variable "config" {
  description = "What the database is to be; storage_gb is the size of its disk to begin with, in GB."
  type = object({
    engine                = string
    engine_version        = string
    tier                  = string
    edition               = string
    storage_gb            = number
    port                  = number
    backup_retention_days = number
    iam_auth              = bool
    high_availability     = bool
    read_replicas         = number
    deletion_protection   = bool
  })
}
