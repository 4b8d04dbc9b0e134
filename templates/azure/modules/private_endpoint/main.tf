resource "azurerm_private_endpoint" "this" {
  name                          = "${var.name}-endpoint"
  custom_network_interface_name = "${var.name}-endpoint"
  resource_group_name           = var.resource_group_name
  location                      = var.location
  subnet_id                     = var.endpoint.subnet_id
  tags                          = var.tags

  private_service_connection {
    name                           = var.name
    private_connection_resource_id = var.resource_id
    subresource_names              = [var.subresource]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [var.endpoint.dns_zone_id]
  }
}
