output "id" {
  description = "The vault, once its secrets can be written."
  value       = azurerm_key_vault.this.id

  depends_on = [azurerm_role_assignment.writer, module.private_endpoint]
}

output "uri" {
  description = "Address of the vault."
  value       = azurerm_key_vault.this.vault_uri
}
