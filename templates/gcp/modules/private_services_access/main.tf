# Cloud SQL and Memorystore stand in networks of Google's; a range of ours, peered once, is where they appear.

resource "google_compute_global_address" "this" {
  project       = var.project_id
  name          = "${var.name}-private-services"
  description   = "Cloud SQL and Memorystore"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  network       = var.network_id
  address       = cidrhost(var.cidr_block, 0)
  prefix_length = split("/", var.cidr_block)[1]
}

# For days after its last instance was deleted, Google refuses to end the connection and a destroy would fail here;
# so it is left to the network's deletion. Google remembers it beyond that: a new network of the same name finds the
# connection of the one before, which then takes the new range.
resource "google_service_networking_connection" "this" {
  network                 = var.network_id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.this.name]
  deletion_policy         = "ABANDON"
  update_on_creation_fail = true
}
