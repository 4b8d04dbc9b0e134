output "id" {
  description = "The namespace."
  value       = azurerm_servicebus_namespace.this.id
}

output "host" {
  description = "Host name of the namespace, which clients connect to."
  value       = "${azurerm_servicebus_namespace.this.name}.servicebus.windows.net"
}
