# What each component is called in GCP: {project}-{environment}-{name}, cut with a digest where a service allows
# less. A component's own name stays the key of its module, so that addresses never change.

locals {
  prefix = "${var.project_name}-${var.environment}"

  wanted_names = {
    environment    = { cluster = local.prefix }
    database       = { for name in keys(var.cloud_sql_engine) : name => "${local.prefix}-${name}" }
    cache          = { for name in keys(var.memorystore_instance_type) : name => "${local.prefix}-${name}" }
    queue          = { for name in keys(var.pubsub_queues) : name => "${local.prefix}-${name}" }
    topic          = { for name in keys(var.pubsub_topics) : name => "${local.prefix}-${name}" }
    nosql_table    = { for name in keys(var.firestore_databases) : name => "${local.prefix}-${name}" }
    registry       = { for name in keys(var.artifact_registry_repos) : name => "${local.prefix}-${name}" }
    storage_bucket = { for name in keys(var.cloud_storage_buckets) : name => "${local.prefix}-${name}-${var.project_id}" }
    secret         = { for name in keys(var.custom_secrets) : name => "${local.prefix}-${name}" }

    # A "_" after the environment, where the secrets that a spec names have a "-": they never meet.
    database_secret = { for name in keys(var.cloud_sql_engine) : name => "${local.prefix}_database_${name}" }
    cache_secret    = { for name in keys(var.memorystore_instance_type) : name => "${local.prefix}_cache_${name}" }
  }

  # Room is left for what modules append: "-replica-10" to a database, "-dlq-sub" to a queue, the name of a
  # subscription to a topic.
  longest_name = {
    environment     = 40
    database        = 56
    cache           = 40
    queue           = 240
    topic           = 126
    nosql_table     = 63
    registry        = 63
    storage_bucket  = 63
    secret          = 255
    database_secret = 255
    cache_secret    = 255
  }

  names = { for kind, names in local.wanted_names : kind => { for name, wanted in names : name => (
    length(wanted) <= local.longest_name[kind]
    ? wanted
    : "${trim(substr(wanted, 0, local.longest_name[kind] - 7), "-._")}-${substr(sha256(wanted), 0, 6)}"
  ) } }
}
