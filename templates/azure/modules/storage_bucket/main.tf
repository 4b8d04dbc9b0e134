resource "azurerm_resource_group" "this" {
  name     = var.resource_group_name
  location = var.location
  tags     = var.tags
}

# It stands before the account does, so that a destroy meets it: Azure then refuses to delete the account.
resource "azurerm_management_lock" "keep" {
  count = var.keep_data ? 1 : 0

  name       = "keep"
  scope      = azurerm_resource_group.this.id
  lock_level = "CanNotDelete"
  notes      = "Blobs of ${var.name}"
}

resource "azurerm_storage_account" "this" {
  name                     = var.name
  resource_group_name      = azurerm_resource_group.this.name
  location                 = var.location
  account_kind             = "StorageV2"
  account_tier             = "Standard"
  account_replication_type = var.keep_data ? "ZRS" : "LRS"

  https_traffic_only_enabled = true
  min_tls_version            = "TLS1_2"

  # Account keys open nothing; access is by Entra identity.
  shared_access_key_enabled       = false
  default_to_oauth_authentication = true
  local_user_enabled              = false

  allow_nested_items_to_be_public  = var.config.public_access
  cross_tenant_replication_enabled = false
  public_network_access_enabled    = local.reachable

  # Azure encrypts every blob in any case; this is a second layer with a key of its own.
  infrastructure_encryption_enabled = var.config.encryption

  blob_properties {
    versioning_enabled = var.config.versioning

    delete_retention_policy {
      days = var.keep_data ? 30 : 7
    }

    container_delete_retention_policy {
      days = var.keep_data ? 30 : 7
    }

    dynamic "cors_rule" {
      for_each = length(var.config.cors_origins) > 0 ? [var.config.cors_origins] : []
      content {
        allowed_origins    = cors_rule.value
        allowed_methods    = ["GET", "HEAD", "PUT", "POST"]
        allowed_headers    = ["*"]
        exposed_headers    = ["ETag"]
        max_age_in_seconds = 3600
      }
    }
  }

  network_rules {
    default_action = local.reachable ? "Allow" : "Deny"
    bypass         = ["AzureServices"]
  }

  tags = var.tags

  depends_on = [azurerm_management_lock.keep]
}

locals {
  reachable = var.config.public_access || var.endpoint == null
}

# Made through Azure's management, so that whoever applies needn't reach the private account.
resource "azurerm_storage_container" "this" {
  name                  = var.container_name
  storage_account_id    = azurerm_storage_account.this.id
  container_access_type = var.config.public_access ? "blob" : "private"
}

resource "azurerm_storage_management_policy" "this" {
  storage_account_id = azurerm_storage_account.this.id

  rule {
    name    = "tidy"
    enabled = true

    filters {
      blob_types = ["blockBlob"]
    }

    actions {
      version {
        delete_after_days_since_creation = 90
      }
    }
  }
}

module "private_endpoint" {
  source = "../private_endpoint"
  count  = local.reachable ? 0 : 1

  name                = var.name
  resource_group_name = var.endpoint_resource_group_name
  location            = var.location
  resource_id         = azurerm_storage_account.this.id
  subresource         = "blob"
  endpoint            = var.endpoint
  tags                = var.tags
}
