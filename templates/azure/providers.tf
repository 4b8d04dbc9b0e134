locals {
  own_tags = {
    "alethia:zone"        = var.zone_id
    "alethia:spec"        = var.spec_id
    "alethia:project"     = var.project_name
    "alethia:environment" = var.environment
  }

  # The provider has no default tags, so every module is given them. DNS zones and what a vault holds take
  # fifteen tags at most and get Alethia's own only.
  tags = merge(var.tags, local.own_tags)
}

provider "azurerm" {
  # Credentials are federated and come by environment; they can change this subscription only.
  subscription_id = var.subscription_id

  # Blobs are reached as Entra identity: accounts have no shared keys.
  storage_use_azuread = true

  # What the template uses and nothing else; registering again is harmless.
  resource_provider_registrations = "none"
  resource_providers_to_register = [
    "Microsoft.Cache",
    "Microsoft.Compute",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforMySQL",
    "Microsoft.DBforPostgreSQL",
    "Microsoft.DocumentDB",
    "Microsoft.Insights",
    "Microsoft.KeyVault",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.OperationalInsights",
    "Microsoft.PolicyInsights",
    "Microsoft.ServiceBus",
    "Microsoft.Storage",
  ]

  features {
    # Outside development a deleted vault and its secrets can be restored, and keep their names meanwhile.
    key_vault {
      purge_soft_delete_on_destroy               = !local.keep_data
      purge_soft_deleted_secrets_on_destroy      = !local.keep_data
      purge_soft_deleted_certificates_on_destroy = !local.keep_data
    }

    # Else a log would stay for fourteen days after its cluster.
    log_analytics_workspace {
      permanently_delete_on_destroy = !local.keep_data
    }

    # Storage accounts are private: whoever applies can't reach their blobs, and need not.
    storage {
      data_plane_available = false
    }

    resource_group {
      prevent_deletion_if_contains_resources = true
    }
  }
}

data "azurerm_client_config" "current" {}
