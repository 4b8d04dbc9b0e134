output "zone_name" {
  description = "Name of the Cloud DNS zone, new or existing."
  value       = local.zone_name
}

output "name_servers" {
  description = "Name servers of a new zone, for the delegation; empty for an existing one."
  value       = local.create_zone ? google_dns_managed_zone.this[0].name_servers : []
}

output "certificate_id" {
  description = "Certificate of the domain and its subdomains."
  value       = one(google_certificate_manager_certificate.this[*].id)
}

output "certificate_map_id" {
  description = "Certificate map that load balancers and Gateways name."
  value       = one(google_certificate_manager_certificate_map.this[*].id)
}

output "firewall_policy_id" {
  description = "Cloud Armor policy for load balancers."
  value       = one(google_compute_security_policy.this[*].id)
}
