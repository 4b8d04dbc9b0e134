locals {
  # What differs between the engines: the flag for signing in with IAM, and the logs that say who did what.
  engine = {
    POSTGRES = {
      iam_flag = "cloudsql.iam_authentication"
      flags = {
        log_connections    = "on"
        log_disconnections = "on"
        log_lock_waits     = "on"
      }
    }
    MYSQL = {
      iam_flag = "cloudsql_iam_authentication"
      flags = {
        local_infile   = "off"
        slow_query_log = "on"
      }
    }
  }[var.config.engine]

  flags = merge(local.engine.flags, var.config.iam_auth ? { (local.engine.iam_flag) = "on" } : {})

  replicas = toset([for number in range(var.config.read_replicas) : tostring(number + 1)])

  # Arm machines take Hyperdisks only; the other machines that are allowed take none.
  disk_type = startswith(var.config.tier, "db-c4a-") ? "HYPERDISK_BALANCED" : "PD_SSD"

  username = "alethia"
}

resource "google_sql_database_instance" "this" {
  project          = var.project_id
  name             = var.name
  region           = var.region
  database_version = "${var.config.engine}_${var.config.engine_version}"

  # Once in terraform, and once in Cloud SQL against everybody else.
  deletion_protection = var.config.deletion_protection

  settings {
    tier              = var.config.tier
    edition           = var.config.edition
    availability_type = var.config.high_availability ? "REGIONAL" : "ZONAL"
    user_labels       = var.labels

    deletion_protection_enabled = var.config.deletion_protection
    retain_backups_on_delete    = var.config.deletion_protection

    disk_type       = local.disk_type
    disk_size       = var.config.storage_gb
    disk_autoresize = true

    ip_configuration {
      ipv4_enabled       = false
      private_network    = var.network_id
      allocated_ip_range = var.address_range_name
      ssl_mode           = "ENCRYPTED_ONLY"
    }

    # The log between two backups lets a database be restored to any moment: MySQL calls it its binary log.
    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      location                       = var.region
      point_in_time_recovery_enabled = var.config.engine == "POSTGRES" ? true : null
      binary_log_enabled             = var.config.engine == "MYSQL" ? true : null
      transaction_log_retention_days = min(7, var.config.backup_retention_days)

      backup_retention_settings {
        retained_backups = var.config.backup_retention_days
        retention_unit   = "COUNT"
      }
    }

    maintenance_window {
      day          = 7
      hour         = 3
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }

    dynamic "database_flags" {
      for_each = local.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  # The disk grows by itself, and terraform would replace a database rather than shrink its disk again.
  lifecycle {
    ignore_changes = [settings[0].disk_size]
  }
}

resource "google_sql_database_instance" "replica" {
  for_each = local.replicas

  project              = var.project_id
  name                 = "${var.name}-replica-${each.key}"
  region               = var.region
  database_version     = google_sql_database_instance.this.database_version
  master_instance_name = google_sql_database_instance.this.name
  deletion_protection  = var.config.deletion_protection

  settings {
    tier              = var.config.tier
    edition           = var.config.edition
    availability_type = "ZONAL"
    user_labels       = var.labels

    deletion_protection_enabled = var.config.deletion_protection

    disk_type       = local.disk_type
    disk_autoresize = true

    ip_configuration {
      ipv4_enabled       = false
      private_network    = var.network_id
      allocated_ip_range = var.address_range_name
      ssl_mode           = "ENCRYPTED_ONLY"
    }

    insights_config {
      query_insights_enabled = true
    }

    dynamic "database_flags" {
      for_each = local.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }
}
