locals {
  # Managed Redis keeps up to 24 GB in one shard: any client works, as do commands on any keys. More is sharded
  # behind one endpoint, still without a client that knows of clusters.
  size              = tonumber(regex("\\d+$", var.config.sku_name))
  clustering_policy = local.size <= 20 ? "NoCluster" : "EnterpriseCluster"
}

resource "azurerm_managed_redis" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  sku_name            = var.config.sku_name

  # A second node, which Azure puts in another zone.
  high_availability_enabled = var.config.multi_az

  public_network_access = "Disabled"

  default_database {
    client_protocol   = "Encrypted"
    clustering_policy = local.clustering_policy

    # Clients sign in as Entra identity; keys open nothing.
    access_keys_authentication_enabled = false

    # When memory is full, forget what was used least rather than refuse writes.
    eviction_policy = "AllKeysLRU"
  }

  tags = var.tags
}

module "private_endpoint" {
  source = "../private_endpoint"

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  resource_id         = azurerm_managed_redis.this.id
  subresource         = "redisEnterprise"
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
  destination_port_range      = tostring(azurerm_managed_redis.this.default_database[0].port)
}
