resource "azurerm_postgresql_flexible_server" "this" {
  count = local.postgres

  name                = var.name
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  version             = var.config.engine_version
  sku_name            = var.config.sku_name
  storage_mb          = var.config.storage_mb
  auto_grow_enabled   = true

  administrator_login               = local.login
  administrator_password_wo         = ephemeral.azurerm_key_vault_secret.administrator.value
  administrator_password_wo_version = 1

  public_network_access_enabled = false
  delegated_subnet_id           = local.home_id
  private_dns_zone_id           = local.dns_id

  backup_retention_days        = var.config.backup_retention_days
  geo_redundant_backup_enabled = var.config.geo_redundant_backup

  authentication {
    password_auth_enabled         = true
    active_directory_auth_enabled = var.config.iam_auth
    tenant_id                     = var.config.iam_auth ? var.tenant_id : null
  }

  dynamic "high_availability" {
    for_each = var.config.high_availability ? ["ZoneRedundant"] : []
    content {
      mode = high_availability.value
    }
  }

  tags = var.tags

  # After a failover the server stands in another zone; it is not moved back. Storage grows by itself; a size that
  # is smaller than what it has become would be another, empty server to the provider.
  lifecycle {
    ignore_changes = [zone, high_availability[0].standby_availability_zone, storage_mb]
  }

  depends_on = [azurerm_management_lock.keep]
}

resource "azurerm_postgresql_flexible_server_configuration" "this" {
  for_each = local.postgres == 1 ? { require_secure_transport = "on", ssl_min_protocol_version = "TLSv1.2" } : {}

  name      = each.key
  server_id = azurerm_postgresql_flexible_server.this[0].id
  value     = each.value
}

resource "azurerm_postgresql_flexible_server_active_directory_administrator" "this" {
  count = var.config.iam_auth ? local.postgres : 0

  resource_group_name = azurerm_resource_group.this.name
  server_name         = azurerm_postgresql_flexible_server.this[0].name
  tenant_id           = var.tenant_id
  object_id           = azurerm_user_assigned_identity.administrator[0].principal_id
  principal_name      = azurerm_user_assigned_identity.administrator[0].name
  principal_type      = "ServicePrincipal"
}

resource "azurerm_postgresql_flexible_server" "replica" {
  count = local.postgres * local.replica

  name                = "${var.name}-replica"
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  create_mode         = "Replica"
  source_server_id    = azurerm_postgresql_flexible_server.this[0].id
  version             = var.config.engine_version
  sku_name            = var.config.sku_name
  storage_mb          = azurerm_postgresql_flexible_server.this[0].storage_mb # whatever that has grown to
  auto_grow_enabled   = true

  public_network_access_enabled = false
  delegated_subnet_id           = local.home_id
  private_dns_zone_id           = local.dns_id

  tags = var.tags

  lifecycle {
    ignore_changes = [zone, storage_mb]
  }

  # Settings of the source are copied when the replica is made; both can't change at once.
  depends_on = [
    azurerm_postgresql_flexible_server_configuration.this,
    azurerm_postgresql_flexible_server_active_directory_administrator.this,
  ]
}
