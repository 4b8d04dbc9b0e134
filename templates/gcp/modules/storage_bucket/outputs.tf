output "facts" {
  description = "Name and addresses of the bucket."
  value = {
    name = google_storage_bucket.this.name
    id   = google_storage_bucket.this.id
    url  = google_storage_bucket.this.url
  }
}
