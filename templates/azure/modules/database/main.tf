# One flexible server, with a standby and a reader in other zones when it is to survive the loss of one. A new
# network has a subnet for it; in an existing one it has a private endpoint.

locals {
  postgres = var.config.engine == "postgres" ? 1 : 0
  mysql    = var.config.engine == "mysql" ? 1 : 0
  replica  = var.config.high_availability ? 1 : 0
  port     = { postgres = 5432, mysql = 3306 }[var.config.engine]

  login   = "alethia"
  home_id = try(var.subnet.subnet_id, null)
  dns_id  = try(var.subnet.dns_zone_id, null)

  # Whichever engine it is; no more of a server than may be shown.
  server = one(concat(
    [for server in azurerm_postgresql_flexible_server.this : { id = server.id, name = server.name, fqdn = server.fqdn }],
    [for server in azurerm_mysql_flexible_server.this : { id = server.id, name = server.name, fqdn = server.fqdn }],
  ))
  reader = one(concat(
    [for server in azurerm_postgresql_flexible_server.replica : { id = server.id, fqdn = server.fqdn }],
    [for server in azurerm_mysql_flexible_server.replica : { id = server.id, fqdn = server.fqdn }],
  ))
}

resource "azurerm_resource_group" "this" {
  name     = var.resource_group_name
  location = var.location
  tags     = var.tags
}

# It stands before the server does, so that a destroy meets it: Azure then refuses to delete the server.
resource "azurerm_management_lock" "keep" {
  count = var.config.deletion_protection ? 1 : 0

  name       = "keep"
  scope      = azurerm_resource_group.this.id
  lock_level = "CanNotDelete"
  notes      = "deletion_protection of ${var.name}"
}

# The administrator's password is ephemeral here and write-only below: no plan and no state has it.
ephemeral "random_password" "administrator" {
  length      = 32
  special     = false
  min_lower   = 1
  min_upper   = 1
  min_numeric = 1
}

resource "azurerm_key_vault_secret" "administrator" {
  name             = var.secret_name
  key_vault_id     = var.key_vault_id
  content_type     = "password of ${local.login}"
  value_wo         = ephemeral.random_password.administrator.result
  value_wo_version = 1
  tags             = var.own_tags
}

# Read back from the vault: were the server made by a later run than the secret, a fresh random value would
# not be the one that the vault has.
ephemeral "azurerm_key_vault_secret" "administrator" {
  name         = azurerm_key_vault_secret.administrator.name
  key_vault_id = azurerm_key_vault_secret.administrator.key_vault_id
  version      = azurerm_key_vault_secret.administrator.version
}

# With Entra sign-in, this identity administers the server and makes the users of others; a workload becomes
# it by a federated credential.
resource "azurerm_user_assigned_identity" "administrator" {
  count = var.config.iam_auth ? 1 : 0

  name                = "${var.name}-admin"
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  tags                = var.tags
}
