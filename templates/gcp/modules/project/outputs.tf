output "id" {
  description = "Id of the project, for whatever needs its services."
  value       = var.project_id

  depends_on = [google_project_service.this]
}
