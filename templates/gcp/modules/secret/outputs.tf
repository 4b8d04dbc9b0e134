output "id" {
  description = "Full name of the secret."
  value       = google_secret_manager_secret.this.id
}

output "facts" {
  description = "Name and id of the secret; its value stays in Secret Manager."
  value = {
    name = google_secret_manager_secret.this.secret_id
    id   = google_secret_manager_secret.this.id
  }
}
