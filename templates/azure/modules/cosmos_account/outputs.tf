output "account" {
  description = "Where containers are made: account, database and resource group."
  value = {
    id                  = azurerm_cosmosdb_account.this.id
    name                = azurerm_cosmosdb_account.this.name
    endpoint            = azurerm_cosmosdb_account.this.endpoint
    database            = azurerm_cosmosdb_sql_database.this.name
    resource_group_name = azurerm_resource_group.this.name
  }
}
