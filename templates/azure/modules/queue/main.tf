# Azure keeps what can't be handled in a queue inside the queue: {name}/$deadletterqueue.

resource "azurerm_servicebus_queue" "this" {
  name         = var.name
  namespace_id = var.namespace_id

  lock_duration       = var.config.lock_duration
  default_message_ttl = var.config.default_message_ttl
  max_delivery_count  = var.config.max_delivery_count

  # What is too old is dropped, as elsewhere; what was tried too often is kept aside.
  dead_lettering_on_message_expiration = false

  # Messages of one session arrive in order, and one that is sent twice arrives once.
  requires_session             = var.config.requires_session
  requires_duplicate_detection = var.config.requires_session

  max_size_in_megabytes = 1024
}
