output "facts" {
  description = "Endpoint of the cache; connections are encrypted. Azure has no endpoint for replicas only."
  value = {
    name             = azurerm_redis_cache.this.name
    id               = azurerm_redis_cache.this.id
    primary_endpoint = azurerm_redis_cache.this.hostname
    reader_endpoint  = azurerm_redis_cache.this.hostname
    port             = azurerm_redis_cache.this.ssl_port
  }
}
