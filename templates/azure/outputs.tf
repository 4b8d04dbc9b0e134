# Facts for the control plane. Credentials never leave Azure: outputs name the secrets that hold them.

output "resource_group_name" {
  description = "Resource group of everything that has none of its own."
  value       = azurerm_resource_group.this.name
}

output "vnet_id" {
  description = "Virtual network that everything lives in; null without a network."
  value       = one(module.network[*].vnet_id)
}

output "vnet_subnet_ids" {
  description = "Subnets that nothing reaches from the internet, and those that face it."
  value = {
    private = local.has_network ? module.network[0].private_subnet_ids : []
    public  = local.has_network ? module.network[0].public_subnet_ids : []
  }
}

output "vnet_nat_addresses" {
  description = "Public addresses that outgoing traffic comes from, by zone."
  value       = local.has_network ? module.network[0].nat_gateways : {}
}

output "aks_cluster_name" {
  description = "Name of the AKS cluster; null without one."
  value       = one(module.cluster[*].name)
}

output "aks_cluster_endpoint" {
  description = "Address of the Kubernetes API."
  value       = one(module.cluster[*].endpoint)
}

output "aks_cluster_id" {
  description = "Id of the AKS cluster."
  value       = one(module.cluster[*].id)
}

output "aks_cluster_ca_certificate" {
  description = "Base64 of the certificate authority that signs the Kubernetes API's certificate."
  value       = one(module.cluster[*].ca_certificate)
}

output "aks_oidc_issuer_url" {
  description = "Issuer of the tokens by which pods become Entra identities."
  value       = one(module.cluster[*].oidc_issuer_url)
}

output "aks_workload_identities" {
  description = "Client id of each in-cluster controller's identity."
  value       = length(module.cluster) > 0 ? module.cluster[0].workload_identities : {}
}

output "azure_dns_zone_id" {
  description = "DNS zone of the environment."
  value       = one(module.dns[*].zone_id)
}

output "azure_dns_name_servers" {
  description = "Name servers to delegate the domain to; empty for an existing zone."
  value       = local.has_dns ? module.dns[0].name_servers : []
}

output "certificate_id" {
  description = "Certificate of the domain and its subdomains."
  value       = one(module.dns[*].certificate_id)
}

output "waf_policy_id" {
  description = "Web application firewall policy."
  value       = one(module.dns[*].waf_policy_id)
}

output "application_gateway_id" {
  description = "Application Gateway behind the firewall; null without a subnet for it."
  value       = try(module.dns[0].gateway.id, null)
}

output "application_gateway_address" {
  description = "Public address of the gateway, where the domain's records point."
  value       = try(module.dns[0].gateway.address, null)
}

output "key_vault_uri" {
  description = "Vault of the project's secrets; null without any."
  value       = one(module.key_vault[*].uri)
}

output "azure_db" {
  description = "Each database: endpoints, identifiers, and the secret that holds its administrator's password."
  value       = { for name, database in module.database : name => database.facts }
}

output "azure_cache" {
  description = "Each cache: its endpoints."
  value       = { for name, cache in module.cache : name => cache.facts }
}

output "service_bus_queues" {
  description = "Each queue: its name, id and address, and that of its dead-letter queue."
  value       = { for name, queue in module.queue : name => queue.facts }
}

output "service_bus_topics" {
  description = "Each topic: its name, id and address."
  value       = { for name, topic in module.topic : name => topic.facts }
}

output "cosmos_db_collections" {
  description = "Each container: its name and id, and the account that holds it."
  value       = { for name, table in module.nosql_table : name => table.facts }
}

output "acr_repositories" {
  description = "Each registry: its name, id and address."
  value       = { for name, registry in module.container_registry : name => registry.facts }
}

output "storage_containers" {
  description = "Each bucket: its storage account, its container and their address."
  value       = { for name, bucket in module.storage_bucket : name => bucket.facts }
}

output "secrets" {
  description = "Each secret: its name and address."
  value       = { for name, secret in module.secret : name => secret.facts }
}
