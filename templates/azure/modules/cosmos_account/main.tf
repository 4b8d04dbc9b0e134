# An account holds the containers that agree on billing, regions and backup, which Azure sets for the account.

resource "azurerm_resource_group" "this" {
  name     = var.resource_group_name
  location = var.location
  tags     = var.tags
}

# It stands before the account does, so that a destroy meets it: Azure then refuses to delete the account.
resource "azurerm_management_lock" "keep" {
  count = var.deletion_protection ? 1 : 0

  name       = "keep"
  scope      = azurerm_resource_group.this.id
  lock_level = "CanNotDelete"
  notes      = "deletion_protection of a container of this account"
}

resource "azurerm_cosmosdb_account" "this" {
  name                = var.name
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  kind                = "GlobalDocumentDB"
  offer_type          = "Standard"

  # Account keys open nothing; access is by Entra identity and data-plane roles.
  local_authentication_enabled       = false
  access_key_metadata_writes_enabled = false
  minimal_tls_version                = "Tls12"
  public_network_access_enabled      = var.endpoint == null
  is_virtual_network_filter_enabled  = false
  automatic_failover_enabled         = length(var.config.replicas) > 0

  consistency_policy {
    consistency_level = "Session"
  }

  geo_location {
    location          = var.location
    failover_priority = 0
    zone_redundant    = var.zone_redundant
  }

  dynamic "geo_location" {
    for_each = { for index, location in var.config.replicas : location => index + 1 }
    content {
      location          = geo_location.key
      failover_priority = geo_location.value
      zone_redundant    = false
    }
  }

  # Continuous backups can be restored to any moment; periodic ones are copies of every four hours.
  backup {
    type                = var.config.continuous_backup ? "Continuous" : "Periodic"
    tier                = var.config.continuous_backup ? "Continuous30Days" : null
    interval_in_minutes = var.config.continuous_backup ? null : 240
    retention_in_hours  = var.config.continuous_backup ? null : 48
    storage_redundancy  = var.config.continuous_backup ? null : (var.paired_region ? "Geo" : "Zone")
  }

  dynamic "capabilities" {
    for_each = var.config.serverless ? ["EnableServerless"] : []
    content {
      name = capabilities.value
    }
  }

  tags = var.tags

  depends_on = [azurerm_management_lock.keep]
}

resource "azurerm_cosmosdb_sql_database" "this" {
  name                = var.database_name
  resource_group_name = azurerm_resource_group.this.name
  account_name        = azurerm_cosmosdb_account.this.name
}

module "private_endpoint" {
  source = "../private_endpoint"
  count  = var.endpoint == null ? 0 : 1

  name                = var.name
  resource_group_name = var.endpoint_resource_group_name
  location            = var.location
  resource_id         = azurerm_cosmosdb_account.this.id
  subresource         = "Sql"
  endpoint            = var.endpoint
  tags                = var.tags
}
