output "facts" {
  description = "The topic, and each subscription by its name."
  value = {
    name             = google_pubsub_topic.this.name
    id               = google_pubsub_topic.this.id
    subscription_ids = { for name, subscription in google_pubsub_subscription.this : name => subscription.id }
  }
}
