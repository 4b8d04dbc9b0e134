resource "azurerm_resource_group" "this" {
  name     = var.resource_group_name
  location = var.location
  tags     = var.tags
}

# It stands before the registry does, so that a destroy meets it: Azure then refuses to delete the registry.
resource "azurerm_management_lock" "keep" {
  count = var.keep_data ? 1 : 0

  name       = "keep"
  scope      = azurerm_resource_group.this.id
  lock_level = "CanNotDelete"
  notes      = "Images of ${var.name}"
}

# Only the Premium tier has private endpoints, zones and an end to what nobody uses; the Basic tier is reached
# over the internet, as Entra identity.
resource "azurerm_container_registry" "this" {
  name                = var.name
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  sku                 = var.premium ? "Premium" : "Basic"

  admin_enabled                 = false
  anonymous_pull_enabled        = false
  public_network_access_enabled = var.endpoint == null
  network_rule_bypass_option    = "AzureServices"

  zone_redundancy_enabled  = var.premium
  data_endpoint_enabled    = var.premium
  retention_policy_in_days = var.premium ? 14 : null

  tags = var.tags

  depends_on = [azurerm_management_lock.keep]
}

resource "azurerm_role_assignment" "pull" {
  for_each = var.puller_principal_ids

  scope                            = azurerm_container_registry.this.id
  role_definition_name             = "AcrPull"
  principal_id                     = each.value
  principal_type                   = "ServicePrincipal"
  skip_service_principal_aad_check = true
}

module "private_endpoint" {
  source = "../private_endpoint"
  count  = var.endpoint == null ? 0 : 1

  name                = var.name
  resource_group_name = var.endpoint_resource_group_name
  location            = var.location
  resource_id         = azurerm_container_registry.this.id
  subresource         = "registry"
  endpoint            = var.endpoint
  tags                = var.tags
}
