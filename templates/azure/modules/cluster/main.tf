# The control plane and its rights. It acts as one identity, its nodes as another; no local account exists, so
# people and programs sign in with Entra.

locals {
  # Inside the cluster only: pods and services have addresses that no network of the spec can have.
  pod_cidr     = "100.64.0.0/11"
  service_cidr = "100.96.0.0/16"
  dns_address  = "100.96.0.10"

  private = length(var.authorized_ip_ranges) == 0
}

resource "azurerm_user_assigned_identity" "this" {
  for_each = toset(["control-plane", "nodes"])

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

# It gives the nodes their identity, and load balancers addresses in the nodes' subnets. A private cluster's own DNS
# zone has to be joined to the whole network.
resource "azurerm_role_assignment" "control_plane" {
  for_each = merge(
    { nodes-identity = { role = "Managed Identity Operator", scope = azurerm_user_assigned_identity.this["nodes"].id } },
    local.private ? { network = { role = "Network Contributor", scope = var.vnet_id } } : {
      for index, subnet in var.node_subnets : "subnet-${index}" => { role = "Network Contributor", scope = subnet.id }
    },
  )

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.this["control-plane"].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_kubernetes_cluster" "this" {
  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  node_resource_group = "${var.name}-nodes"
  dns_prefix          = var.name
  sku_tier            = var.sku_tier
  kubernetes_version  = var.kubernetes_version

  # Patches of Kubernetes and of the nodes' system come by themselves, on Sunday mornings. (SecurityPatch is told to be
  # ignored without long-term support.)
  automatic_upgrade_channel = "patch"
  node_os_upgrade_channel   = "NodeImage"

  maintenance_window_auto_upgrade {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Sunday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  maintenance_window_node_os {
    frequency   = "Weekly"
    interval    = 1
    day_of_week = "Sunday"
    start_time  = "02:00"
    utc_offset  = "+00:00"
    duration    = 4
  }

  private_cluster_enabled             = local.private
  private_cluster_public_fqdn_enabled = false
  run_command_enabled                 = false

  dynamic "api_server_access_profile" {
    for_each = local.private ? [] : [var.authorized_ip_ranges]
    content {
      # Nodes come to the public endpoint too, from behind their gateway.
      authorized_ip_ranges = concat(api_server_access_profile.value, [for address in var.nat_addresses : "${address}/32"])
    }
  }

  local_account_disabled            = true
  role_based_access_control_enabled = true
  oidc_issuer_enabled               = true
  workload_identity_enabled         = true
  azure_policy_enabled              = true
  image_cleaner_enabled             = true
  image_cleaner_interval_hours      = 168

  azure_active_directory_role_based_access_control {
    tenant_id              = var.tenant_id
    azure_rbac_enabled     = true
    admin_group_object_ids = var.admin_group_object_ids
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.this["control-plane"].id]
  }

  kubelet_identity {
    user_assigned_identity_id = azurerm_user_assigned_identity.this["nodes"].id
    client_id                 = azurerm_user_assigned_identity.this["nodes"].client_id
    object_id                 = azurerm_user_assigned_identity.this["nodes"].principal_id
  }

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    network_data_plane  = "cilium"
    network_policy      = "cilium"
    load_balancer_sku   = "standard"
    outbound_type       = var.outbound_type
    pod_cidr            = local.pod_cidr
    service_cidr        = local.service_cidr
    dns_service_ip      = local.dns_address
  }

  default_node_pool {
    name                        = local.first_pool.name
    vm_size                     = local.first_pool.vm_size
    vnet_subnet_id              = local.first_pool.subnet.id
    zones                       = local.first_pool.subnet.zones
    auto_scaling_enabled        = true
    min_count                   = local.first_pool.min
    max_count                   = local.first_pool.max
    node_count                  = local.first_pool.desired
    os_disk_size_gb             = var.node_pool.disk_size_gb
    os_disk_type                = "Managed"
    os_sku                      = "Ubuntu"
    max_pods                    = local.max_pods
    host_encryption_enabled     = var.host_encryption
    node_public_ip_enabled      = false
    temporary_name_for_rotation = local.first_pool.rotation
    tags                        = var.tags

    upgrade_settings {
      max_surge = "10%"
    }
  }

  key_vault_secrets_provider {
    secret_rotation_enabled = true
  }

  storage_profile {
    blob_driver_enabled         = true
    disk_driver_enabled         = true
    file_driver_enabled         = true
    snapshot_controller_enabled = true
  }

  tags = var.tags

  # The autoscaler sets the number of nodes from the first day on.
  lifecycle {
    ignore_changes = [default_node_pool[0].node_count]
  }

  depends_on = [azurerm_role_assignment.control_plane]
}

# Whoever applies must be able to install the cluster's first workloads afterwards.
resource "azurerm_role_assignment" "applier" {
  scope                = azurerm_kubernetes_cluster.this.id
  role_definition_name = "Azure Kubernetes Service RBAC Cluster Admin"
  principal_id         = var.applier_object_id
}
