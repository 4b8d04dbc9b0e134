output "facts" {
  description = "Endpoints and identifiers; the credentials are named, never shown."
  value = {
    identifier                   = local.server.name
    id                           = local.server.id
    writer_endpoint              = local.server.fqdn
    reader_endpoint              = local.replica == 1 ? local.reader.fqdn : local.server.fqdn
    port                         = local.port
    master_credentials_secret_id = azurerm_key_vault_secret.administrator.versionless_id
    entra_admin_client_id        = one(azurerm_user_assigned_identity.administrator[*].client_id)
  }
}
