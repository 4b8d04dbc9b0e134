# A table is a database of its own with one collection, which is called what the component is called.

resource "google_firestore_database" "this" {
  project     = var.project_id
  name        = var.name
  location_id = var.config.location
  type        = "FIRESTORE_NATIVE"

  point_in_time_recovery_enablement = (
    var.config.point_in_time_recovery ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  )

  delete_protection_state = (
    var.config.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  )

  # Otherwise terraform would only forget it.
  deletion_policy = "DELETE"
}

# Firestore indexes each field by itself; both together are what a table with a range key is asked for.
resource "google_firestore_index" "keys" {
  count = var.config.range_key == null ? 0 : 1

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = var.collection

  fields {
    field_path = var.config.hash_key
    order      = "ASCENDING"
  }

  fields {
    field_path = var.config.range_key
    order      = "ASCENDING"
  }
}

resource "google_firestore_field" "expiry" {
  count = var.config.ttl_attribute == null ? 0 : 1

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = var.collection
  field      = var.config.ttl_attribute

  ttl_config {}
}
