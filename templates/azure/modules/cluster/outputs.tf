output "name" {
  description = "Name of the cluster, known once it can be used."
  value       = azurerm_kubernetes_cluster.this.name
}

output "id" {
  description = "Id of the cluster."
  value       = azurerm_kubernetes_cluster.this.id
}

output "endpoint" {
  description = "Address of the Kubernetes API."
  value       = "https://${local.private ? azurerm_kubernetes_cluster.this.private_fqdn : azurerm_kubernetes_cluster.this.fqdn}:443"
}

# Azure tells the authority along with sign-in data, of which the cluster has none: local accounts are off.
output "ca_certificate" {
  description = "Base64 of the API's certificate authority."
  value       = nonsensitive(one(azurerm_kubernetes_cluster.this.kube_config[*].cluster_ca_certificate))
}

output "oidc_issuer_url" {
  description = "Issuer of the tokens by which pods become Entra identities."
  value       = azurerm_kubernetes_cluster.this.oidc_issuer_url
}

output "node_principal_id" {
  description = "Identity that nodes pull images with."
  value       = azurerm_user_assigned_identity.this["nodes"].principal_id
}

output "workload_identities" {
  description = "Client id of each controller's identity, for the annotation of its service account."
  value       = { for name, identity in azurerm_user_assigned_identity.service_account : name => identity.client_id }
}
