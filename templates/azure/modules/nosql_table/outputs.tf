output "facts" {
  description = "Name and id of the container, where it is, and the regions that hold a copy."
  value = {
    name     = azurerm_cosmosdb_sql_container.this.name
    id       = azurerm_cosmosdb_sql_container.this.id
    account  = var.account.name
    database = var.account.database
    endpoint = var.account.endpoint
    replicas = var.config.global_replicas
  }
}
