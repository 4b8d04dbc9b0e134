output "id" {
  description = "The network, new or existing."
  value       = var.provision ? google_compute_network.this[0].id : var.network_id
}

output "subnet_ids" {
  description = "Its subnets that a spec uses; none has a public address."
  value       = var.provision ? google_compute_subnetwork.private[*].id : compact([var.subnet_id])
}

output "google_range" {
  description = "Part of a new network's range that is for Cloud SQL and Memorystore."
  value       = local.google_range
}

output "nat_addresses" {
  description = "Public addresses that outgoing traffic comes from, by number; none for an existing network."
  value       = { for number, address in google_compute_address.nat : number => address.address }
}
