output "facts" {
  description = "Address and id of the repository."
  value = {
    name = google_artifact_registry_repository.this.repository_id
    id   = google_artifact_registry_repository.this.id
    url  = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.this.repository_id}"
  }
}
