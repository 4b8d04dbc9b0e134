variable "project_id" {
  description = "Project of the zone."
  type        = string
}

variable "name" {
  description = "Name of a new zone, and prefix of what belongs to it."
  type        = string
}

variable "manage_zone" {
  description = "Manage a Cloud DNS zone."
  type        = bool
}

variable "zone_name" {
  description = "Existing zone of the project; null creates one."
  type        = string
}

variable "domain" {
  description = "Domain of the environment, without a dot at the end."
  type        = string
}

variable "dnssec" {
  description = "Sign a new zone with DNSSEC."
  type        = bool
}

variable "create_certificate" {
  description = "Request a certificate for the domain and its subdomains."
  type        = bool
}

variable "firewall" {
  description = "Create a Cloud Armor policy for load balancers."
  type        = bool
}

variable "keep_data" {
  description = "Refuse to delete a zone in which somebody else has written records."
  type        = bool
}
