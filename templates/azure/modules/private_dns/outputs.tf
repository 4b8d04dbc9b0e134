output "zone_id" {
  description = "The zone, once the network asks it."
  value       = azurerm_private_dns_zone.this.id

  depends_on = [azurerm_private_dns_zone_virtual_network_link.this]
}
