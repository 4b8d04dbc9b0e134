output "facts" {
  description = "The topic to publish to and the subscription to read from, and those of the dead-letter queue."
  value = {
    name                        = google_pubsub_topic.this.name
    id                          = google_pubsub_topic.this.id
    subscription_id             = google_pubsub_subscription.this.id
    dead_letter_id              = one(google_pubsub_topic.dead_letter[*].id)
    dead_letter_subscription_id = one(google_pubsub_subscription.dead_letter[*].id)
  }
}
