locals {
  # Labels are lower case; of other characters they take digits, "_" and "-", and 63 of them in all.
  labels = { for key, value in merge(var.labels, {
    alethia-zone        = var.zone_id
    alethia-spec        = var.spec_id
    alethia-project     = var.project_name
    alethia-environment = var.environment
  }) : substr(replace(lower(key), "/[^a-z0-9_-]/", "-"), 0, 63) => substr(replace(lower(value), "/[^a-z0-9_-]/", "-"), 0, 63) }
}

provider "google" {
  project        = var.project_id
  region         = var.region
  default_labels = local.labels
}

# The number names the accounts by which GCP's own services act in the project. Reading it also proves, before
# anything is changed, that the credentials reach this project.
data "google_project" "current" {
  project_id = var.project_id
}
