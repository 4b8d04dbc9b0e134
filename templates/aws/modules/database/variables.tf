variable "name" {
  description = "Identifier of the Aurora cluster and prefix of what belongs to it."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the database."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the database."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Security groups that may connect, by a name for each."
  type        = map(string)
}

variable "config" {
  description = "What the database is to be; capacities in ACUs."
  type = object({
    engine                = string
    engine_version        = string
    min_capacity          = number
    max_capacity          = number
    port                  = optional(number)
    backup_retention_days = number
    iam_auth              = bool
    multi_az              = bool
    deletion_protection   = bool
  })
}
