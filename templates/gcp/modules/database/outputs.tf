output "credentials_secret_id" {
  description = "Secret that holds the credentials."
  value       = google_secret_manager_secret.credentials.id
}

output "facts" {
  description = "Endpoints and identifiers; the credentials are named, never shown."
  value = {
    identifier                   = google_sql_database_instance.this.name
    connection_name              = google_sql_database_instance.this.connection_name
    writer_endpoint              = google_sql_database_instance.this.private_ip_address
    reader_endpoint              = try(google_sql_database_instance.replica["1"].private_ip_address, null)
    reader_endpoints             = [for replica in google_sql_database_instance.replica : replica.private_ip_address]
    port                         = var.config.port
    master_credentials_secret_id = google_secret_manager_secret.credentials.id
  }
}
