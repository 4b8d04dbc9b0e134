# Controllers become Entra identities through the cluster's OIDC issuer, each bound to one service account. What
# each may do follows from what the spec has: a zone for records, a vault for secrets, a gateway for ingresses.

locals {
  service_accounts = merge(
    var.has_dns_zone ? {
      external-dns = { account = "external-dns:external-dns", roles = { zone = "DNS Zone Contributor" } }
      cert-manager = { account = "cert-manager:cert-manager", roles = { zone = "DNS Zone Contributor" } }
    } : {},
    var.has_key_vault ? {
      external-secrets = { account = "external-secrets:external-secrets", roles = { vault = "Key Vault Secrets User" } }
    } : {},
    var.has_gateway ? {
      ingress = { account = "ingress:ingress-azure", roles = {
        gateway          = "Network Contributor"
        gateway_group    = "Reader"
        gateway_subnet   = "Network Contributor"
        gateway_identity = "Managed Identity Operator"
      } }
    } : {},
  )

  scopes = {
    zone             = var.dns_zone_id
    vault            = var.key_vault_id
    gateway          = try(var.gateway.id, null)
    gateway_group    = var.resource_group_id
    gateway_subnet   = var.gateway_subnet_id
    gateway_identity = try(var.gateway.identity_id, null)
  }

  service_account_roles = merge([for controller, account in local.service_accounts : {
    for scope, role in account.roles : "${controller}-${scope}" => { controller = controller, scope = scope, role = role }
  }]...)
}

resource "azurerm_user_assigned_identity" "service_account" {
  for_each = local.service_accounts

  name                = "${var.name}-${each.key}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "service_account" {
  for_each = local.service_accounts

  name                      = each.key
  user_assigned_identity_id = azurerm_user_assigned_identity.service_account[each.key].id
  issuer                    = azurerm_kubernetes_cluster.this.oidc_issuer_url
  subject                   = "system:serviceaccount:${each.value.account}"
  audience                  = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "service_account" {
  for_each = local.service_account_roles

  scope                = local.scopes[each.value.scope]
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.service_account[each.value.controller].principal_id
  principal_type       = "ServicePrincipal"
}
