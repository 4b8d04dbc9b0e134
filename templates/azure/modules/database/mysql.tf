resource "azurerm_mysql_flexible_server" "this" {
  count = local.mysql

  name                = var.name
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  version             = var.config.engine_version
  sku_name            = var.config.sku_name

  administrator_login               = local.login
  administrator_password_wo         = ephemeral.azurerm_key_vault_secret.administrator.value
  administrator_password_wo_version = 1

  public_network_access = "Disabled"
  delegated_subnet_id   = local.home_id
  private_dns_zone_id   = local.dns_id

  backup_retention_days        = var.config.backup_retention_days
  geo_redundant_backup_enabled = var.config.geo_redundant_backup

  storage {
    size_gb           = ceil(var.config.storage_mb / 1024)
    auto_grow_enabled = true
  }

  # The server asks Entra who its users are as this identity.
  dynamic "identity" {
    for_each = azurerm_user_assigned_identity.administrator
    content {
      type         = "UserAssigned"
      identity_ids = [identity.value.id]
    }
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
    ignore_changes = [zone, high_availability[0].standby_availability_zone, storage[0].size_gb]
  }

  depends_on = [azurerm_management_lock.keep]
}

resource "azurerm_mysql_flexible_server_configuration" "tls" {
  count = local.mysql

  name                = "require_secure_transport"
  resource_group_name = azurerm_resource_group.this.name
  server_name         = azurerm_mysql_flexible_server.this[0].name
  value               = "ON"
}

resource "azurerm_mysql_flexible_server_active_directory_administrator" "this" {
  count = var.config.iam_auth ? local.mysql : 0

  server_id   = azurerm_mysql_flexible_server.this[0].id
  identity_id = azurerm_user_assigned_identity.administrator[0].id
  login       = azurerm_user_assigned_identity.administrator[0].name
  tenant_id   = var.tenant_id

  # MySQL knows applications by their client id.
  object_id = azurerm_user_assigned_identity.administrator[0].client_id
}

resource "azurerm_mysql_flexible_server" "replica" {
  count = local.mysql * local.replica

  name                = "${var.name}-replica"
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  create_mode         = "Replica"
  source_server_id    = azurerm_mysql_flexible_server.this[0].id
  version             = var.config.engine_version
  sku_name            = var.config.sku_name

  public_network_access = "Disabled"
  delegated_subnet_id   = local.home_id
  private_dns_zone_id   = local.dns_id

  storage {
    size_gb           = azurerm_mysql_flexible_server.this[0].storage[0].size_gb # whatever that has grown to
    auto_grow_enabled = true
  }

  tags = var.tags

  lifecycle {
    ignore_changes = [zone, storage[0].size_gb]
  }

  # Settings of the source are copied when the replica is made; both can't change at once.
  depends_on = [
    azurerm_mysql_flexible_server_configuration.tls,
    azurerm_mysql_flexible_server_active_directory_administrator.this,
  ]
}
