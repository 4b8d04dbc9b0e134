output "facts" {
  description = "Name, id and address of the topic."
  value = {
    name = azurerm_servicebus_topic.this.name
    id   = azurerm_servicebus_topic.this.id
    url  = "https://${var.host}/${azurerm_servicebus_topic.this.name}"
  }
}
