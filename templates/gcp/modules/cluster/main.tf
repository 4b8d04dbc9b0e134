# A regional cluster: its control plane and its nodes stand in the region's zones, and no node has a public
# address. With Autopilot, GKE makes the nodes; otherwise nodes.tf does.

locals {
  endpoint_is_private = length(var.authorized_cidr_blocks) == 0
  standard            = var.autopilot ? [] : [true]
}

resource "google_container_cluster" "this" {
  project     = var.project_id
  name        = var.name
  description = "Cluster of ${var.name}"
  location    = var.region

  # The version is where the cluster starts: the channel brings the patches, and in time the next minor versions.
  min_master_version = var.kubernetes_version

  release_channel {
    channel = "REGULAR"
  }

  maintenance_policy {
    daily_maintenance_window {
      start_time = "03:00"
    }
  }

  deletion_protection = var.deletion_protection

  network         = var.network_id
  subnetwork      = var.subnet_id
  networking_mode = "VPC_NATIVE"

  ip_allocation_policy {
    cluster_secondary_range_name  = var.pods_range_name
    services_secondary_range_name = var.services_range_name
  }

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = local.endpoint_is_private
  }

  # An empty block is no gap: then only what lives in the cluster's own subnet may reach the API.
  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled = false

    dynamic "cidr_blocks" {
      for_each = toset(var.authorized_cidr_blocks)
      content {
        cidr_block   = cidr_blocks.value
        display_name = "Allowed network"
      }
    }
  }

  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }

  database_encryption {
    state    = "ENCRYPTED"
    key_name = var.key_id
  }

  # What Autopilot always has may not be asked of it.
  enable_autopilot          = var.autopilot ? true : null
  enable_shielded_nodes     = var.autopilot ? null : true
  datapath_provider         = var.autopilot ? null : "ADVANCED_DATAPATH"
  default_max_pods_per_node = var.autopilot ? null : 64

  dynamic "workload_identity_config" {
    for_each = local.standard
    content {
      workload_pool = local.workload_pool
    }
  }

  # Nodes that Autopilot makes act as the same service account as those that are made here.
  dynamic "cluster_autoscaling" {
    for_each = var.autopilot ? [true] : []
    content {
      auto_provisioning_defaults {
        service_account = google_service_account.this["nodes"].email
        oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
      }
    }
  }

  # GKE makes no cluster without a first pool. It goes at once; the one in nodes.tf can be changed on its own. Its
  # disks are small and no SSDs: three of the usual ones are more than a new project's quota of SSDs in a region.
  remove_default_node_pool = var.autopilot ? null : true
  initial_node_count       = var.autopilot ? null : 1

  dynamic "node_config" {
    for_each = local.standard
    content {
      disk_type       = "pd-standard"
      disk_size_gb    = 20
      service_account = google_service_account.this["nodes"].email
      oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]

      shielded_instance_config {
        enable_secure_boot          = true
        enable_integrity_monitoring = true
      }

      workload_metadata_config {
        mode = "GKE_METADATA"
      }
    }
  }

  # Gateways are what a certificate map and a Cloud Armor policy are attached to.
  gateway_api_config {
    channel = "CHANNEL_STANDARD"
  }

  logging_config {
    enable_components = ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER"]
  }

  security_posture_config {
    mode = "BASIC"
  }

  lifecycle {
    ignore_changes = [node_config, initial_node_count]
  }

  depends_on = [google_project_iam_member.nodes]
}

# GKE's own roles are the project's: these people administer its other clusters too.
resource "google_project_iam_member" "admin" {
  for_each = toset(var.admins)

  project = var.project_id
  role    = "roles/container.admin"
  member  = each.value
}
