# A virtual network. Subnets in Azure span the availability zones, and each sends its traffic through one NAT
# gateway, which stands in one zone. So there is one subnet for nodes behind a single gateway, or one in each
# zone with a gateway beside it. Of the range, three eighths are for nodes, one for private endpoints; the
# Application Gateway and the databases have small blocks, and the rest is left for what comes later.

locals {
  node_zones = var.single_nat_gateway ? { all = ["1", "2", "3"] } : { 1 = ["1"], 2 = ["2"], 3 = ["3"] }

  new         = var.provision ? 1 : 0
  new_nodes   = var.provision ? local.node_zones : {}
  node_blocks = var.provision ? { for key, zones in local.node_zones : key => cidrsubnet(var.cidr_block, 3, tonumber(zones[0]) - 1) } : {}

  # Ingress controllers ask for a /24 at most where pods have an overlay of their own.
  gateway_bits  = var.provision ? max(0, 24 - tonumber(split("/", var.cidr_block)[1]) - 3) : 0
  gateway_block = var.provision ? cidrsubnet(cidrsubnet(var.cidr_block, 3, 4), local.gateway_bits, 0) : null

  databases = var.provision ? {
    postgres = { block = 48, service = "Microsoft.DBforPostgreSQL/flexibleServers", port = 5432 }
    mysql    = { block = 49, service = "Microsoft.DBforMySQL/flexibleServers", port = 3306 }
  } : {}
}

resource "azurerm_virtual_network" "this" {
  count = local.new

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  address_space       = [var.cidr_block]
  tags                = var.tags
}

resource "azurerm_subnet" "nodes" {
  for_each = local.new_nodes

  name                            = each.key == "all" ? "nodes" : "nodes-${each.key}"
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this[0].name
  address_prefixes                = [local.node_blocks[each.key]]
  default_outbound_access_enabled = false
}

resource "azurerm_subnet" "endpoints" {
  count = local.new

  name                              = "private-endpoints"
  resource_group_name               = var.resource_group_name
  virtual_network_name              = azurerm_virtual_network.this[0].name
  address_prefixes                  = [cidrsubnet(var.cidr_block, 3, 3)]
  default_outbound_access_enabled   = false
  private_endpoint_network_policies = "Enabled"
}

resource "azurerm_subnet" "gateway" {
  count = local.new

  name                 = "application-gateway"
  resource_group_name  = var.resource_group_name
  virtual_network_name = azurerm_virtual_network.this[0].name
  address_prefixes     = [local.gateway_block]
}

resource "azurerm_subnet" "database" {
  for_each = local.databases

  name                            = each.key
  resource_group_name             = var.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this[0].name
  address_prefixes                = [cidrsubnet(var.cidr_block, 6, each.value.block)]
  default_outbound_access_enabled = false

  # Where servers keep backups and logs. Azure adds it for the first server; without it here, a later plan would
  # take it away.
  service_endpoints = ["Microsoft.Storage"]

  delegation {
    name = "flexible-servers"
    service_delegation {
      name    = each.value.service
      actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
    }
  }
}

resource "azurerm_public_ip" "nat" {
  for_each = local.new_nodes

  name                = "${var.name}-nat-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  sku                 = "Standard"
  allocation_method   = "Static"
  zones               = each.value
  tags                = var.tags
}

# Without a zone, Azure puts the single gateway where it has room.
resource "azurerm_nat_gateway" "this" {
  for_each = local.new_nodes

  name                    = "${var.name}-${each.key}"
  resource_group_name     = var.resource_group_name
  location                = var.location
  sku_name                = "Standard"
  idle_timeout_in_minutes = 4
  zones                   = each.key == "all" ? null : each.value
  tags                    = var.tags
}

resource "azurerm_nat_gateway_public_ip_association" "this" {
  for_each = local.new_nodes

  nat_gateway_id       = azurerm_nat_gateway.this[each.key].id
  public_ip_address_id = azurerm_public_ip.nat[each.key].id
}

resource "azurerm_subnet_nat_gateway_association" "nodes" {
  for_each = local.new_nodes

  subnet_id      = azurerm_subnet.nodes[each.key].id
  nat_gateway_id = azurerm_nat_gateway.this[each.key].id
}
