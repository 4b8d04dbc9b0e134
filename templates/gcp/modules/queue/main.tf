# A queue is a topic and one subscription: what is published to the topic waits in the subscription.

locals {
  dead_letter   = var.config.max_delivery_attempts == null ? 0 : 1
  fourteen_days = "1209600s"

  # Pub/Sub moves what can't be handled as this account.
  pubsub = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic" "this" {
  project = var.project_id
  name    = "${var.name}-queue"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_subscription" "this" {
  project = var.project_id
  name    = "${var.name}-sub"
  topic   = google_pubsub_topic.this.id

  ack_deadline_seconds         = var.config.ack_deadline_seconds
  message_retention_duration   = "${var.config.message_retention_seconds}s"
  enable_message_ordering      = var.config.ordered
  enable_exactly_once_delivery = var.config.ordered

  # Never: by itself, a subscription that nobody reads for a month would go.
  expiration_policy {
    ttl = ""
  }

  dynamic "dead_letter_policy" {
    for_each = google_pubsub_topic.dead_letter
    content {
      dead_letter_topic     = dead_letter_policy.value.id
      max_delivery_attempts = var.config.max_delivery_attempts
    }
  }
}

resource "google_pubsub_topic" "dead_letter" {
  count = local.dead_letter

  project = var.project_id
  name    = "${var.name}-dlq"

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_subscription" "dead_letter" {
  count = local.dead_letter

  project = var.project_id
  name    = "${var.name}-dlq-sub"
  topic   = google_pubsub_topic.dead_letter[0].id

  message_retention_duration = local.fourteen_days

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "dead_letter" {
  count = local.dead_letter

  project = var.project_id
  topic   = google_pubsub_topic.dead_letter[0].name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub
}

resource "google_pubsub_subscription_iam_member" "dead_letter" {
  count = local.dead_letter

  project      = var.project_id
  subscription = google_pubsub_subscription.this.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub
}
