resource "azurerm_cosmosdb_sql_container" "this" {
  name                = var.name
  resource_group_name = var.account.resource_group_name
  account_name        = var.account.name
  database_name       = var.account.database

  # More than one path makes a hierarchy: items are found by the first, or by the first and the next.
  partition_key_paths   = var.config.partition_key_paths
  partition_key_kind    = length(var.config.partition_key_paths) > 1 ? "MultiHash" : "Hash"
  partition_key_version = 2

  throughput  = var.config.throughput
  default_ttl = var.config.default_ttl

  dynamic "autoscale_settings" {
    for_each = var.config.max_throughput == null ? [] : [var.config.max_throughput]
    content {
      max_throughput = autoscale_settings.value
    }
  }
}
