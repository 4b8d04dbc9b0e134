variable "name" {
  description = "Prefix of every resource's name."
  type        = string
}

variable "region" {
  description = "Region of the environment; part of the name of what is global."
  type        = string
}

variable "manage_zone" {
  description = "Manage a Route 53 zone."
  type        = bool
}

variable "hosted_zone_id" {
  description = "Existing zone; null creates one."
  type        = string
}

variable "domain" {
  description = "Domain of the environment."
  type        = string
}

variable "create_certificate" {
  description = "Request a certificate for the domain and its subdomains."
  type        = bool
}

variable "keep_data" {
  description = "Refuse to delete a zone in which somebody else has written records."
  type        = bool
}

variable "application_waf" {
  description = "Create a web ACL for load balancers."
  type        = bool
}

variable "cloudfront_waf" {
  description = "Create a web ACL for CloudFront."
  type        = bool
}
