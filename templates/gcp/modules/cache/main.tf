# Memorystore refuses a number of replicas where none can be read from: then STANDARD_HA has one, to fail over to.
# BASIC has no replicas, so nothing is said of them: an answer other than the one asked for replaces the cache.
locals {
  standby   = var.config.tier == "STANDARD_HA"
  read_from = local.standby && var.config.read_replicas > 0
  read_mode = local.read_from ? "READ_REPLICAS_ENABLED" : "READ_REPLICAS_DISABLED"
}

resource "google_redis_instance" "this" {
  project       = var.project_id
  name          = var.name
  display_name  = var.name
  region        = var.region
  redis_version = var.config.redis_version

  tier               = var.config.tier
  memory_size_gb     = var.config.memory_size_gb
  read_replicas_mode = local.standby ? local.read_mode : null
  replica_count      = local.read_from ? var.config.read_replicas : null

  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  authorized_network = var.network_id
  reserved_ip_range  = var.address_range_name

  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"

  # When memory is full, forget what was used least rather than refuse writes.
  redis_configs = {
    maxmemory-policy = "allkeys-lru"
  }

  persistence_config {
    persistence_mode    = var.keep_data ? "RDB" : "DISABLED"
    rdb_snapshot_period = var.keep_data ? "TWELVE_HOURS" : null
  }

  maintenance_policy {
    weekly_maintenance_window {
      day = "SUNDAY"
      start_time {
        hours   = 3
        minutes = 0
        seconds = 0
        nanos   = 0
      }
    }
  }
}

# Memorystore makes the password itself and tells it to whoever may read the instance; terraform's state so holds
# it too. Applications take it from here.
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
  secret                 = google_secret_manager_secret.credentials.id
  secret_data_wo         = google_redis_instance.this.auth_string
  secret_data_wo_version = 1

  # Another instance (after a change of its tier) has another password.
  lifecycle {
    replace_triggered_by = [google_redis_instance.this.id]
  }
}
