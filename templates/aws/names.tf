# What each component is called in AWS: {project}-{environment}-{name}, cut with a digest where a service
# allows less. A component's own name stays the key of its module, so that addresses never change.

locals {
  prefix     = "${var.project_name}-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id

  tables = { for table in concat(
    [for table in var.ddb_table_configuration : merge(table, { global_replicas = [] })],
    var.ddb_global_table_configuration,
  ) : table.name => table }
  buckets = { for bucket in var.bucket_configuration : bucket.name => bucket }
  secrets = { for secret in var.custom_secrets : secret.name => secret }

  wanted_names = {
    database       = { for name in keys(var.rds_config) : name => "${local.prefix}-${name}" }
    cache          = { for name in keys(var.redis_instance_type) : name => "${local.prefix}-${name}" }
    queue          = { for name in keys(var.sqs_queues) : name => "${local.prefix}-${trimsuffix(name, ".fifo")}" }
    topic          = { for name in keys(var.sns_topics) : name => "${local.prefix}-${name}" }
    nosql_table    = { for name in keys(local.tables) : name => "${local.prefix}-${name}" }
    registry       = { for name in keys(var.ecr_names_map) : name => "${local.prefix}/${name}" }
    storage_bucket = { for name in keys(local.buckets) : name => "${local.prefix}-${name}-${local.account_id}" }
    secret         = { for name in keys(local.secrets) : name => "${local.prefix}/${name}" }
  }

  # Room is left for what modules append: "-1" to a database, "-dlq.fifo" to a queue.
  longest_name = {
    database       = 58
    cache          = 40
    queue          = 70
    topic          = 256
    nosql_table    = 255
    registry       = 256
    storage_bucket = 63
    secret         = 512
  }

  names = { for kind, names in local.wanted_names : kind => { for name, wanted in names : name => (
    length(wanted) <= local.longest_name[kind]
    ? wanted
    : "${trim(substr(wanted, 0, local.longest_name[kind] - 7), "-._")}-${substr(sha256(wanted), 0, 6)}"
  ) } }
}
