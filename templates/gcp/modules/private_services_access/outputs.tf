output "network_id" {
  description = "The network, once instances can appear in it."
  value       = google_service_networking_connection.this.network
}

output "range_name" {
  description = "Name of the range that instances take their addresses from."
  value       = google_compute_global_address.this.name

  depends_on = [google_service_networking_connection.this]
}
