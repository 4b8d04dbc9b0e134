output "credentials_secret_id" {
  description = "Secret that holds the password."
  value       = google_secret_manager_secret.credentials.id
}

output "facts" {
  description = "Endpoints of the cache, and the authority that signed its certificate; the password is named only."
  value = {
    primary_endpoint      = google_redis_instance.this.host
    reader_endpoint       = local.read_from ? google_redis_instance.this.read_endpoint : null
    port                  = google_redis_instance.this.port
    id                    = google_redis_instance.this.id
    ca_certificate        = try(google_redis_instance.this.server_ca_certs[0].cert, null)
    credentials_secret_id = google_secret_manager_secret.credentials.id
  }
}
