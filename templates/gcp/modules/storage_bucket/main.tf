resource "google_storage_bucket" "this" {
  project       = var.project_id
  name          = var.name
  location      = upper(var.region)
  storage_class = "STANDARD"
  force_destroy = !var.keep_data

  uniform_bucket_level_access = true
  public_access_prevention    = var.config.public_access ? "inherited" : "enforced"

  # Google encrypts every object in any case; a key of the project's own can be taken away from it.
  dynamic "encryption" {
    for_each = var.config.encryption ? [true] : []
    content {
      default_kms_key_name = var.key_id
    }
  }

  versioning {
    enabled = var.config.versioning
  }

  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 90
      with_state                 = "ARCHIVED"
    }
  }

  dynamic "cors" {
    for_each = length(var.config.cors_origins) > 0 ? [var.config.cors_origins] : []
    content {
      origin          = cors.value
      method          = ["GET", "HEAD", "PUT", "POST"]
      response_header = ["*"]
      max_age_seconds = 3600
    }
  }
}

# Anyone may read an object whose name they know; nobody gets a list of them.
resource "google_storage_bucket_iam_member" "anyone" {
  count = var.config.public_access ? 1 : 0

  bucket = google_storage_bucket.this.name
  role   = "roles/storage.legacyObjectReader"
  member = "allUsers"
}
