# A network with one subnet in the region, and a way out through Cloud NAT; no machine has a public address. Half
# of the range is for pods. Of the other half, the first quarter is for nodes, the second for Kubernetes services,
# the third for Google's services (Cloud SQL, Memorystore), and the last is left for what comes later.

locals {
  pods_range     = cidrsubnet(var.cidr_block, 1, 0)
  nodes_range    = cidrsubnet(var.cidr_block, 3, 4)
  services_range = cidrsubnet(var.cidr_block, 3, 5)
  google_range   = cidrsubnet(var.cidr_block, 3, 6)

  nat_addresses = toset(var.provision ? slice(["1", "2", "3"], 0, var.single_nat_address ? 1 : 3) : [])
}

resource "google_compute_network" "this" {
  count = var.provision ? 1 : 0

  project                 = var.project_id
  name                    = var.name
  description             = "Network of ${var.name}"
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"
}

resource "google_compute_subnetwork" "private" {
  count = var.provision ? 1 : 0

  project       = var.project_id
  name          = "${var.name}-private"
  description   = "Nodes and pods of ${var.name}"
  region        = var.region
  network       = google_compute_network.this[0].id
  ip_cidr_range = local.nodes_range

  # Traffic to Google's own services stays inside and costs no NAT fees.
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = local.pods_range
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = local.services_range
  }

  # A tenth of the connections, without their details: enough to see who talks to whom, and cheap.
  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}

# GCP refuses by itself whatever no rule allows, but in silence. This says it once more, and is logged.
resource "google_compute_firewall" "refused" {
  count = var.provision ? 1 : 0

  project       = var.project_id
  name          = "${var.name}-refused"
  description   = "Logs the connections that no rule allows"
  network       = google_compute_network.this[0].id
  direction     = "INGRESS"
  priority      = 65534
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

resource "google_compute_router" "this" {
  count = var.provision ? 1 : 0

  project = var.project_id
  name    = var.name
  region  = var.region
  network = google_compute_network.this[0].id
}

resource "google_compute_address" "nat" {
  for_each = local.nat_addresses

  project      = var.project_id
  name         = "${var.name}-nat-${each.key}"
  description  = "Where outgoing traffic of ${var.name} comes from"
  region       = var.region
  address_type = "EXTERNAL"
}

# Cloud NAT is regional and spans the zones; more addresses are room for more connections at once.
resource "google_compute_router_nat" "this" {
  count = var.provision ? 1 : 0

  project                             = var.project_id
  name                                = var.name
  region                              = var.region
  router                              = google_compute_router.this[0].name
  nat_ip_allocate_option              = "MANUAL_ONLY"
  nat_ips                             = [for address in google_compute_address.nat : address.self_link]
  source_subnetwork_ip_ranges_to_nat  = "ALL_SUBNETWORKS_ALL_IP_RANGES"
  enable_endpoint_independent_mapping = false

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}
