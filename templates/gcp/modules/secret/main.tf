resource "google_secret_manager_secret" "this" {
  project             = var.project_id
  secret_id           = var.name
  deletion_protection = false

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

# The value is ephemeral here and write-only below: it reaches GCP and is kept in no plan and no state.
ephemeral "random_password" "this" {
  count = var.config.generate ? 1 : 0

  length      = var.config.length
  special     = var.config.special_chars
  min_lower   = 1
  min_upper   = 1
  min_numeric = 1
  min_special = var.config.special_chars ? 1 : 0
}

resource "google_secret_manager_secret_version" "this" {
  count = var.config.generate ? 1 : 0

  secret         = google_secret_manager_secret.this.id
  secret_data_wo = ephemeral.random_password.this[0].result

  # A new value is written only when what is asked for changes.
  secret_data_wo_version = var.config.length * 2 + (var.config.special_chars ? 1 : 0)
}
