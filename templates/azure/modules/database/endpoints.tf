# Ways in for a network that has no subnet for databases.

module "private_endpoint" {
  source   = "../private_endpoint"
  for_each = var.endpoint == null ? {} : merge({ server = var.name }, local.replica == 1 ? { replica = "${var.name}-replica" } : {})

  name                = each.value
  resource_group_name = var.endpoint_resource_group_name
  location            = var.location
  resource_id         = each.key == "server" ? local.server.id : local.reader.id
  subresource         = { postgres = "postgresqlServer", mysql = "mysqlServer" }[var.config.engine]
  endpoint            = var.endpoint
  tags                = var.tags
}
