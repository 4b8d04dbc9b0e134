output "vnet_id" {
  description = "The network, new or existing."
  value       = var.provision ? azurerm_virtual_network.this[0].id : var.vnet_id
}

output "node_subnets" {
  description = "Subnets for nodes, each with the availability zones that its nodes are spread over."
  value = (
    var.provision
    ? [for key, zones in local.node_zones : { id = azurerm_subnet.nodes[key].id, zones = zones }]
    : [{ id = var.private_subnet_ids[0], zones = ["1", "2", "3"] }]
  )

  # Nodes that can't reach the internet never join their cluster.
  depends_on = [
    azurerm_subnet_nat_gateway_association.nodes,
    azurerm_nat_gateway_public_ip_association.this,
    azurerm_subnet_network_security_group_association.this,
  ]
}

output "endpoint_subnet_id" {
  description = "Subnet for private endpoints."
  value       = var.provision ? azurerm_subnet.endpoints[0].id : reverse(var.private_subnet_ids)[0]

  depends_on = [azurerm_subnet_network_security_group_association.this]
}

output "gateway_subnet_id" {
  description = "Subnet for the Application Gateway alone; null when an existing network has none."
  value       = var.provision ? azurerm_subnet.gateway[0].id : one(slice(var.public_subnet_ids, 0, min(1, length(var.public_subnet_ids))))

  depends_on = [azurerm_subnet_network_security_group_association.this]
}

output "database_subnet_ids" {
  description = "Delegated subnet for the flexible servers of each engine; none in an existing network."
  value       = { for engine, subnet in azurerm_subnet.database : engine => subnet.id }

  depends_on = [azurerm_subnet_network_security_group_association.this]
}

output "endpoint_security_group_name" {
  description = "Network security group of the private endpoints; null in an existing network."
  value       = var.provision ? azurerm_network_security_group.this["endpoints"].name : null
}

output "private_subnet_ids" {
  description = "Subnets that nothing reaches from the internet."
  value = var.provision ? concat(
    [for subnet in azurerm_subnet.nodes : subnet.id],
    azurerm_subnet.endpoints[*].id,
    [for subnet in azurerm_subnet.database : subnet.id],
  ) : var.private_subnet_ids
}

output "public_subnet_ids" {
  description = "Subnets for what faces the internet."
  value       = var.provision ? azurerm_subnet.gateway[*].id : var.public_subnet_ids
}

output "nat_gateways" {
  description = "Public address of the NAT gateway of each zone, or of all: where outgoing traffic comes from."
  value       = { for key, address in azurerm_public_ip.nat : key => address.ip_address }
}
