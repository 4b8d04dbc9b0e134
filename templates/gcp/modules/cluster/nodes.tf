# The one node pool, over all zones of the region: it starts with the same number in each, and from then on the
# autoscaler keeps the sum between its bounds.

locals {
  # Arm machines stand in some zones of some regions, and start only with Secure Boot off.
  arm       = startswith(var.nodes.instance_type, "t2a-")
  arm_zones = { us-central1 = ["a", "b", "f"], europe-west4 = ["a", "b", "c"], asia-southeast1 = ["b", "c"] }

  # Without a say, GKE takes three zones.
  zones = local.arm ? [for zone in local.arm_zones[var.region] : "${var.region}-${zone}"] : null
  spots = local.arm ? length(local.zones) : 3

  nodes_per_zone_at_first = var.nodes.desired_size == 0 ? 0 : max(1, floor(var.nodes.desired_size / local.spots))
}

resource "google_container_node_pool" "this" {
  count = var.autopilot ? 0 : 1

  project            = var.project_id
  name               = "default"
  location           = var.region
  node_locations     = local.zones
  cluster            = google_container_cluster.this.name
  initial_node_count = local.nodes_per_zone_at_first

  autoscaling {
    total_min_node_count = var.nodes.min_size
    total_max_node_count = var.nodes.max_size
    location_policy      = "BALANCED"
  }

  network_config {
    enable_private_nodes = true
  }

  node_config {
    machine_type    = var.nodes.instance_type
    disk_type       = "pd-balanced"
    disk_size_gb    = var.nodes.disk_size
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.this["nodes"].email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    resource_labels = var.labels

    shielded_instance_config {
      enable_secure_boot          = !local.arm
      enable_integrity_monitoring = true
    }

    # Pods see a metadata server of GKE's own: none can borrow the node's account.
    workload_metadata_config {
      mode = "GKE_METADATA"
    }

    metadata = {
      disable-legacy-endpoints = "true"
    }

    kubelet_config {
      insecure_kubelet_readonly_port_enabled = "FALSE"
    }
  }

  management {
    auto_repair  = true
    auto_upgrade = true
  }

  upgrade_settings {
    max_surge       = 1
    max_unavailable = 0
  }

  # How many there are is the autoscaler's from now on, and another number at the start would make a new pool.
  lifecycle {
    ignore_changes = [initial_node_count]
  }
}
