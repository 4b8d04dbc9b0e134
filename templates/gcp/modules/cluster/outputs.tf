output "name" {
  description = "Name of the cluster."
  value       = google_container_cluster.this.name
}

output "id" {
  description = "Full name of the cluster: projects/<project>/locations/<region>/clusters/<name>."
  value       = google_container_cluster.this.id
}

output "endpoint" {
  description = "Address of the Kubernetes API."
  value       = "https://${google_container_cluster.this.endpoint}"
}

output "ca_certificate" {
  description = "Base64 of the API's certificate authority."
  value       = google_container_cluster.this.master_auth[0].cluster_ca_certificate
}

output "workload_identity_pool" {
  description = "Pool of the identities that the cluster's service accounts have towards GCP."
  value       = local.workload_pool
}

output "controller_service_accounts" {
  description = "Service account of each in-cluster controller, for the annotation of its Kubernetes service account."
  value       = { for role in keys(local.controllers) : role => google_service_account.this[role].email }
}
