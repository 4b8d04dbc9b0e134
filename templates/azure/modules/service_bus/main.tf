# One namespace for the project's queues and topics. Only the Premium tier has private endpoints; the Standard
# tier is reached over the internet, with TLS and as Entra identity.

resource "azurerm_servicebus_namespace" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  sku                 = var.premium ? "Premium" : "Standard"
  capacity            = var.premium ? 1 : 0

  premium_messaging_partitions = var.premium ? 1 : 0

  # Connection strings with a key open nothing.
  local_auth_enabled            = false
  minimum_tls_version           = "1.2"
  public_network_access_enabled = var.endpoint == null

  tags = var.tags
}

module "private_endpoint" {
  source = "../private_endpoint"
  count  = var.endpoint == null ? 0 : 1

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  resource_id         = azurerm_servicebus_namespace.this.id
  subresource         = "namespace"
  endpoint            = var.endpoint
  tags                = var.tags
}
