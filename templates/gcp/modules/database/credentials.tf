# The password is ephemeral here and write-only below: it reaches Cloud SQL and Secret Manager, and is kept in no
# plan and no state. Both are written once for each instance; to change it, see docs/template-gcp.md.

ephemeral "random_password" "this" {
  length      = 32
  special     = false
  min_lower   = 1
  min_upper   = 1
  min_numeric = 1
}

resource "google_sql_user" "this" {
  project             = var.project_id
  instance            = google_sql_database_instance.this.name
  name                = local.username
  password_wo         = ephemeral.random_password.this.result
  password_wo_version = 1

  # PostgreSQL deletes no user that owns anything; the user goes with the instance.
  deletion_policy = "ABANDON"

  # An instance that is made anew knows no user.
  lifecycle {
    replace_triggered_by = [google_sql_database_instance.this.id]
  }
}

resource "google_secret_manager_secret" "credentials" {
  project             = var.project_id
  secret_id           = var.credentials_name
  deletion_protection = false

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

resource "google_secret_manager_secret_version" "credentials" {
  secret = google_secret_manager_secret.credentials.id
  secret_data_wo = jsonencode({
    username = local.username
    password = ephemeral.random_password.this.result
  })
  secret_data_wo_version = 1

  # What is in the secret is then what the database knows.
  depends_on = [google_sql_user.this]

  lifecycle {
    replace_triggered_by = [google_sql_user.this.id]
  }
}
