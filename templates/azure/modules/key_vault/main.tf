# One vault for the project's secrets, the administrators' passwords of its databases and its certificate.
# Rights are Entra roles; there are no access policies.

resource "azurerm_key_vault" "this" {
  name                       = var.name
  resource_group_name        = var.resource_group_name
  location                   = var.location
  tenant_id                  = var.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true

  soft_delete_retention_days = var.keep_data ? 90 : 7
  purge_protection_enabled   = var.keep_data

  public_network_access_enabled = var.open || length(var.allowed_ip_ranges) > 0

  network_acls {
    bypass         = "AzureServices"
    default_action = var.open ? "Allow" : "Deny"
    ip_rules       = var.allowed_ip_ranges
  }

  tags = var.tags
}

# Whoever applies writes the secrets. The right is given on the group, before the vault exists, because Azure
# takes minutes to spread it.
resource "azurerm_role_assignment" "writer" {
  for_each = toset(["Key Vault Secrets Officer", "Key Vault Certificates Officer"])

  scope                = var.resource_group_id
  role_definition_name = each.key
  principal_id         = var.writer_object_id
}

module "private_endpoint" {
  source = "../private_endpoint"
  count  = var.endpoint == null ? 0 : 1

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  resource_id         = azurerm_key_vault.this.id
  subresource         = "vault"
  endpoint            = var.endpoint
  tags                = var.tags
}
