output "facts" {
  description = "The database and its collection, and where they are."
  value = {
    name       = google_firestore_database.this.name
    id         = google_firestore_database.this.id
    collection = var.collection
    location   = google_firestore_database.this.location_id
  }
}
