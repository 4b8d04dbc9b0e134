output "zone_id" {
  description = "Route 53 zone, new or existing."
  value       = local.zone_id
}

output "name_servers" {
  description = "Name servers of a new zone, for the delegation; empty for an existing one."
  value       = local.create_zone ? aws_route53_zone.this[0].name_servers : []
}

output "certificate_arn" {
  description = "Certificate of the domain and its subdomains."
  value       = one(aws_acm_certificate.this[*].arn)
}

output "application_waf_arn" {
  description = "Web ACL for load balancers."
  value       = one(aws_wafv2_web_acl.application[*].arn)
}

output "cloudfront_waf_arn" {
  description = "Web ACL for CloudFront."
  value       = one(aws_wafv2_web_acl.cloudfront[*].arn)
}
