output "facts" {
  description = "Name of the account, name, id and address of the container."
  value = {
    name      = azurerm_storage_account.this.name
    container = azurerm_storage_container.this.name
    id        = azurerm_storage_container.this.id
    url       = "https://${azurerm_storage_account.this.name}.blob.core.windows.net/${azurerm_storage_container.this.name}"
  }
}
