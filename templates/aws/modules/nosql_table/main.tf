locals {
  provisioned = var.config.billing_mode == "PROVISIONED"
  is_global   = length(var.config.global_replicas) > 0

  keys = merge(
    { (var.config.hash_key) = var.config.hash_key_type },
    var.config.range_key == null ? {} : { (var.config.range_key) = coalesce(var.config.range_key_type, "S") },
  )
}

resource "aws_dynamodb_table" "this" {
  name           = var.name
  hash_key       = var.config.hash_key
  range_key      = var.config.range_key
  billing_mode   = var.config.billing_mode
  read_capacity  = local.provisioned ? coalesce(var.config.read_capacity, 5) : null
  write_capacity = local.provisioned ? coalesce(var.config.write_capacity, 5) : null

  deletion_protection_enabled = var.config.deletion_protection

  # Copies in other regions are fed from the table's stream.
  stream_enabled   = local.is_global
  stream_view_type = local.is_global ? "NEW_AND_OLD_IMAGES" : null

  dynamic "attribute" {
    for_each = local.keys
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  point_in_time_recovery {
    enabled = var.config.point_in_time_recovery
  }

  # With the AWS managed key; DynamoDB's default would be a key that AWS owns and nobody can audit.
  server_side_encryption {
    enabled = true
  }

  dynamic "ttl" {
    for_each = var.config.ttl_attribute == null ? [] : [var.config.ttl_attribute]
    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  dynamic "replica" {
    for_each = toset(var.config.global_replicas)
    content {
      region_name            = replica.value
      point_in_time_recovery = var.config.point_in_time_recovery
      propagate_tags         = true
    }
  }
}
