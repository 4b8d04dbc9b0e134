resource "google_pubsub_topic" "this" {
  project = var.project_id
  name    = var.name

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_subscription" "this" {
  for_each = { for subscription in var.subscriptions : subscription.name => subscription }

  project = var.project_id
  name    = "${var.name}-${each.key}"
  topic   = google_pubsub_topic.this.id

  # Never: by itself, a subscription that nobody reads for a month would go.
  expiration_policy {
    ttl = ""
  }

  dynamic "push_config" {
    for_each = each.value.push_endpoint == null ? [] : [each.value.push_endpoint]
    content {
      push_endpoint = push_config.value
    }
  }
}
