# A pool has one VM size and one subnet, so there is one for each pair of them. The first size takes the sizes
# that the spec asks for, shared out over its pools so that they add up; the others start at no node.

locals {
  max_pods = 110
  zones    = length(var.node_subnets)

  pools = flatten([for type, vm_size in var.node_pool.instance_types : [for place, subnet in var.node_subnets : {
    ordinal = type * local.zones + place + 1
    vm_size = vm_size
    subnet  = subnet
    min     = type == 0 ? floor((var.node_pool.min_size + local.zones - 1 - place) / local.zones) : 0
    max     = floor((var.node_pool.max_size + local.zones - 1 - place) / local.zones)
    desired = type == 0 ? floor((var.node_pool.desired_size + local.zones - 1 - place) / local.zones) : 0
  }]])

  named_pools = [for pool in local.pools : merge(pool, {
    name     = pool.ordinal == 1 ? var.node_pool.name : "${var.node_pool.name}${pool.ordinal}"
    rotation = "rotate${pool.ordinal}"
    mode     = pool.min > 0 ? "System" : "User"
  }) if pool.max > 0]

  first_pool    = local.named_pools[0]
  further_pools = { for pool in slice(local.named_pools, 1, length(local.named_pools)) : pool.name => pool }
}

resource "azurerm_kubernetes_cluster_node_pool" "this" {
  for_each = local.further_pools

  name                        = each.key
  kubernetes_cluster_id       = azurerm_kubernetes_cluster.this.id
  mode                        = each.value.mode
  vm_size                     = each.value.vm_size
  vnet_subnet_id              = each.value.subnet.id
  zones                       = each.value.subnet.zones
  auto_scaling_enabled        = true
  min_count                   = each.value.min
  max_count                   = each.value.max
  node_count                  = each.value.desired
  os_disk_size_gb             = var.node_pool.disk_size_gb
  os_disk_type                = "Managed"
  os_sku                      = "Ubuntu"
  max_pods                    = local.max_pods
  host_encryption_enabled     = var.host_encryption
  node_public_ip_enabled      = false
  temporary_name_for_rotation = each.value.rotation
  tags                        = var.tags

  upgrade_settings {
    max_surge = "10%"
  }

  lifecycle {
    ignore_changes = [node_count]
  }
}
