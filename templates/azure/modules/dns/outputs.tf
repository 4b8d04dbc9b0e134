output "zone_id" {
  description = "DNS zone, new or existing."
  value       = local.zone_id
}

output "name_servers" {
  description = "Name servers of a new zone, for the delegation; empty for an existing one."
  value       = local.create_zone ? sort(azurerm_dns_zone.this[0].name_servers) : []
}

output "certificate_id" {
  description = "Certificate of the domain and its subdomains, whichever version is current."
  value       = one(azurerm_key_vault_certificate.this[*].versionless_id)
}

output "waf_policy_id" {
  description = "Rules that requests are judged by."
  value       = one(azurerm_web_application_firewall_policy.this[*].id)
}

output "gateway" {
  description = "The Application Gateway, its address and its identity; null without one."
  value = local.gateway == 0 ? null : {
    id          = azurerm_application_gateway.this[0].id
    name        = azurerm_application_gateway.this[0].name
    address     = azurerm_public_ip.gateway[0].ip_address
    identity_id = azurerm_user_assigned_identity.gateway[0].id
  }
}
