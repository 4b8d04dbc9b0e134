output "facts" {
  description = "Name, id and address of the registry."
  value = {
    name = azurerm_container_registry.this.name
    id   = azurerm_container_registry.this.id
    url  = azurerm_container_registry.this.login_server
  }
}
