locals {
  asked   = { lock = var.config.lock_duration, ttl = var.config.default_message_ttl }
  seconds = { for name, duration in local.asked : name => try(tonumber(regex("^PT([0-9]+)S$", duration)[0]), null) }

  # As Azure gives them back (PT345600S is P4D there); else each plan would want to change them.
  durations = { for name, seconds in local.seconds : name => seconds == null ? local.asked[name] : join("", concat(
    ["P"],
    seconds >= 86400 ? ["${floor(seconds / 86400)}D"] : [],
    seconds % 86400 > 0 || seconds == 0 ? ["T"] : [],
    seconds % 86400 >= 3600 ? ["${floor(seconds % 86400 / 3600)}H"] : [],
    seconds % 3600 >= 60 ? ["${floor(seconds % 3600 / 60)}M"] : [],
    seconds % 60 > 0 || seconds == 0 ? ["${seconds % 60}S"] : [],
  )) }
}

# Azure keeps what can't be handled in a queue inside the queue: {name}/$deadletterqueue.

resource "azurerm_servicebus_queue" "this" {
  name         = var.name
  namespace_id = var.namespace_id

  lock_duration       = local.durations.lock
  default_message_ttl = local.durations.ttl
  max_delivery_count  = var.config.max_delivery_count

  # What is too old is dropped, as elsewhere; what was tried too often is kept aside.
  dead_lettering_on_message_expiration = false

  # Messages of one session arrive in order, and one that is sent twice arrives once.
  requires_session             = var.config.requires_session
  requires_duplicate_detection = var.config.requires_session

  max_size_in_megabytes = 1024
}
