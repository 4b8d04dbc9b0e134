# Who may talk to whom inside a new network. Azure lets everything inside a network talk to everything else;
# endpoints and databases are closed to all but the nodes. In an existing network nothing is changed.

locals {
  node_prefixes = values(local.node_blocks)

  groups = var.provision ? toset(["nodes", "endpoints", "gateway", "postgres", "mysql"]) : toset([])

  # Priority → who comes in; what is not named here and not let in by Azure's own rules is refused.
  rules = var.provision ? merge(
    {
      "endpoints-nodes"   = { group = "endpoints", priority = 100, sources = local.node_prefixes, ports = ["0-65535"] }
      "endpoints-gateway" = { group = "endpoints", priority = 110, sources = [local.gateway_block], ports = ["443"] }
      "gateway-web"       = { group = "gateway", priority = 100, sources = ["Internet"], ports = ["80", "443"] }
      "gateway-manager"   = { group = "gateway", priority = 110, sources = ["GatewayManager"], ports = ["65200-65535"] }
    },
    { for engine, database in local.databases : "${engine}-nodes" => {
      group = engine, priority = 100, sources = local.node_prefixes, ports = [tostring(database.port)]
    } },
    # Standbys and replicas follow their primary.
    { for engine, database in local.databases : "${engine}-servers" => {
      group = engine, priority = 110, sources = [cidrsubnet(var.cidr_block, 6, database.block)], ports = ["0-65535"]
    } },
  ) : {}

  closed_groups = var.provision ? toset(["endpoints", "postgres", "mysql"]) : toset([])

  guarded = var.provision ? merge(
    { for key, subnet in azurerm_subnet.nodes : "nodes-${key}" => { group = "nodes", subnet_id = subnet.id } },
    { for engine, subnet in azurerm_subnet.database : engine => { group = engine, subnet_id = subnet.id } },
    {
      endpoints = { group = "endpoints", subnet_id = azurerm_subnet.endpoints[0].id }
      gateway   = { group = "gateway", subnet_id = azurerm_subnet.gateway[0].id }
    },
  ) : {}
}

resource "azurerm_network_security_group" "this" {
  for_each = local.groups

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_network_security_rule" "in" {
  for_each = local.rules

  name                        = "from-${trimprefix(each.key, "${each.value.group}-")}"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.value.group].name
  priority                    = each.value.priority
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_ranges     = each.value.ports
  destination_address_prefix  = "*"

  # A service tag stands alone; networks come as a list.
  source_address_prefix   = can(cidrhost(each.value.sources[0], 0)) ? null : each.value.sources[0]
  source_address_prefixes = can(cidrhost(each.value.sources[0], 0)) ? each.value.sources : null
}

resource "azurerm_network_security_rule" "closed" {
  for_each = local.closed_groups

  name                        = "nobody-else"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.this[each.key].name
  priority                    = 4000
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = local.guarded

  subnet_id                 = each.value.subnet_id
  network_security_group_id = azurerm_network_security_group.this[each.value.group].id
}
