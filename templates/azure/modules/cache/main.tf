resource "azurerm_redis_cache" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  sku_name            = var.config.sku
  family              = var.config.family
  capacity            = var.config.capacity
  redis_version       = var.config.redis_version

  # Standard has one replica by itself; only Premium takes more, and stands where it is told to.
  replicas_per_primary = var.config.sku == "Premium" ? max(1, var.config.nodes - 1) : null
  zones                = var.config.multi_az ? [for zone in range(min(3, max(2, var.config.nodes))) : tostring(zone + 1)] : null

  minimum_tls_version           = "1.2"
  non_ssl_port_enabled          = false
  public_network_access_enabled = false

  # Clients sign in as Entra identity; keys open nothing.
  access_keys_authentication_enabled = false

  redis_configuration {
    active_directory_authentication_enabled = true

    # When memory is full, forget what was used least rather than refuse writes.
    maxmemory_policy = "allkeys-lru"
  }

  patch_schedule {
    day_of_week    = "Sunday"
    start_hour_utc = 2
  }

  tags = var.tags
}

module "private_endpoint" {
  source = "../private_endpoint"

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  resource_id         = azurerm_redis_cache.this.id
  subresource         = "redisCache"
  endpoint            = var.endpoint
  tags                = var.tags
}

# Beside the nodes, which reach every private endpoint. An existing network keeps its own rules.
resource "azurerm_network_security_rule" "network" {
  count = length(var.allowed_cidr_blocks) > 0 && var.security_group_name != null ? 1 : 0

  name                        = "to-${var.name}"
  resource_group_name         = var.resource_group_name
  network_security_group_name = var.security_group_name
  priority                    = var.rule_priority
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefixes     = var.allowed_cidr_blocks
  source_port_range           = "*"
  destination_address_prefix  = "${module.private_endpoint.address}/32"
  destination_port_range      = tostring(azurerm_redis_cache.this.ssl_port)
}
