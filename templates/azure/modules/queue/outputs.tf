output "name" {
  description = "Name of the queue, known once messages can be forwarded to it."
  value       = azurerm_servicebus_queue.this.name

  depends_on = [azurerm_servicebus_queue.this]
}

output "facts" {
  description = "Name, id and address of the queue and of its dead-letter queue."
  value = {
    name            = azurerm_servicebus_queue.this.name
    id              = azurerm_servicebus_queue.this.id
    url             = "https://${var.host}/${azurerm_servicebus_queue.this.name}"
    dead_letter_url = "https://${var.host}/${azurerm_servicebus_queue.this.name}/$deadletterqueue"
  }
}
