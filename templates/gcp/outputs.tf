# Facts for the control plane. Credentials never leave GCP: outputs name the secrets that hold them.

output "network_id" {
  description = "Network that everything lives in; null without one."
  value       = one(module.network[*].id)
}

output "network_subnet_ids" {
  description = "Subnets of the network that the environment uses."
  value       = local.has_network ? module.network[0].subnet_ids : []
}

output "network_nat_addresses" {
  description = "Public addresses that outgoing traffic comes from, by number."
  value       = local.has_network ? module.network[0].nat_addresses : {}
}

output "gke_cluster_name" {
  description = "Name of the GKE cluster; null without one."
  value       = one(module.cluster[*].name)
}

output "gke_cluster_endpoint" {
  description = "Address of the Kubernetes API."
  value       = one(module.cluster[*].endpoint)
}

output "gke_cluster_id" {
  description = "Full name of the GKE cluster."
  value       = one(module.cluster[*].id)
}

output "gke_cluster_ca_certificate" {
  description = "Base64 of the certificate authority that signs the Kubernetes API's certificate."
  value       = one(module.cluster[*].ca_certificate)
}

output "gke_workload_identity_pool" {
  description = "Pool of the identities that the cluster's service accounts have towards GCP."
  value       = one(module.cluster[*].workload_identity_pool)
}

output "gke_controller_service_accounts" {
  description = "Service account of each in-cluster controller, which its Kubernetes service account is annotated with."
  value       = one(module.cluster[*].controller_service_accounts)
}

output "cloud_dns_zone_name" {
  description = "Cloud DNS zone of the environment."
  value       = one(module.dns[*].zone_name)
}

output "cloud_dns_name_servers" {
  description = "Name servers to delegate the domain to; empty for an existing zone."
  value       = local.has_dns ? module.dns[0].name_servers : []
}

output "managed_certificate_id" {
  description = "Certificate of the domain and its subdomains."
  value       = one(module.dns[*].certificate_id)
}

output "certificate_map_id" {
  description = "Certificate map that load balancers and Gateways name to serve the certificate."
  value       = one(module.dns[*].certificate_map_id)
}

output "cloud_armor_policy_id" {
  description = "Cloud Armor policy for load balancers."
  value       = one(module.dns[*].firewall_policy_id)
}

output "cloud_sql" {
  description = "Each database: endpoints, identifiers, and the secret that holds its credentials."
  value       = { for name, database in module.database : name => database.facts }
}

output "memorystore" {
  description = "Each cache: its endpoints, and the secret that holds its password."
  value       = { for name, cache in module.cache : name => cache.facts }
}

output "pubsub_queues" {
  description = "Each queue: its topic and subscription, and those of its dead-letter queue."
  value       = { for name, queue in module.queue : name => queue.facts }
}

output "pubsub_topics" {
  description = "Each topic: its name, id and subscriptions."
  value       = { for name, topic in module.topic : name => topic.facts }
}

output "firestore_databases" {
  description = "Each table: its database, collection and location."
  value       = { for name, table in module.nosql_table : name => table.facts }
}

output "artifact_registry_repos" {
  description = "Each registry: its address and id."
  value       = { for name, registry in module.container_registry : name => registry.facts }
}

output "cloud_storage_buckets" {
  description = "Each bucket: its name and addresses."
  value       = { for name, bucket in module.storage_bucket : name => bucket.facts }
}

output "secrets" {
  description = "Each secret: its name and id."
  value       = { for name, secret in module.secret : name => secret.facts }
}
