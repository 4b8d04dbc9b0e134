output "facts" {
  description = "Endpoint of the cache; connections are encrypted. Azure has no endpoint for replicas only."
  value = {
    name             = azurerm_managed_redis.this.name
    id               = azurerm_managed_redis.this.id
    primary_endpoint = azurerm_managed_redis.this.hostname
    reader_endpoint  = azurerm_managed_redis.this.hostname
    port             = azurerm_managed_redis.this.default_database[0].port
  }
}
