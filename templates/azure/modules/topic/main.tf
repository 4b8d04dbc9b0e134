resource "azurerm_servicebus_topic" "this" {
  name         = var.name
  namespace_id = var.namespace_id

  max_size_in_megabytes = 1024
}

resource "azurerm_servicebus_subscription" "this" {
  for_each = { for subscription in var.subscriptions : subscription.key => subscription }

  name               = each.value.name
  topic_id           = azurerm_servicebus_topic.this.id
  forward_to         = each.value.forward_to
  max_delivery_count = 10
}
