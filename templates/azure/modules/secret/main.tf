# The value is ephemeral here and write-only below: it reaches the vault and is kept in no plan and no state.
ephemeral "random_password" "this" {
  count = var.config.generate ? 1 : 0

  length      = var.config.length
  special     = var.config.special_chars
  min_lower   = 1
  min_upper   = 1
  min_numeric = 1
  min_special = var.config.special_chars ? 1 : 0
}

# A vault has no secret without a value: one that isn't generated is made by whoever writes its first value.
resource "azurerm_key_vault_secret" "this" {
  count = var.config.generate ? 1 : 0

  name         = var.name
  key_vault_id = var.vault.id
  content_type = "text/plain"
  value_wo     = ephemeral.random_password.this[0].result

  # A new value is written only when what is asked for changes.
  value_wo_version = var.config.length * 2 + (var.config.special_chars ? 1 : 0)

  tags = var.tags
}
