# What each component is called in Azure: {project}-{environment}-{name}. Names that are unique in all of
# Azure end in six digits of a digest that includes the subscription, and are cut before it where a service
# allows less; what lives inside such a thing keeps its own name. The component's own name is the key of its
# module, so that addresses never change.

locals {
  prefix          = "${var.project_name}-${var.environment}"
  subscription_id = coalesce(var.subscription_id, data.azurerm_client_config.current.subscription_id)

  collections = { for collection in var.cosmos_db_collections : collection.name => collection }
  buckets     = { for container in var.storage_containers : container.name => container }
  secrets     = { for secret in var.custom_secrets : secret.name => secret }

  # Unique in all of Azure. The length is the service's, less what modules append ("-replica" to a database).
  unique_names = {
    database       = { length = 55, hyphens = true, names = keys(var.azure_db_engine) }
    cache          = { length = 60, hyphens = true, names = keys(var.azure_cache_sku) }
    cosmos_account = { length = 44, hyphens = true, names = keys(local.cosmos_accounts) }
    registry       = { length = 50, hyphens = false, names = keys(var.acr_repositories) }
    storage_bucket = { length = 24, hyphens = false, names = keys(local.buckets) }
    key_vault      = { length = 24, hyphens = true, names = ["vault"] }
    service_bus    = { length = 50, hyphens = true, names = ["bus"] }
  }

  names = { for kind, rule in local.unique_names : kind => { for name in rule.names : name => (
    rule.hyphens
    ? "${trim(substr(local.words[kind][name], 0, rule.length - 7), "-")}-${local.digests[kind][name]}"
    : "${substr(replace(local.words[kind][name], "-", ""), 0, rule.length - 6)}${local.digests[kind][name]}"
  ) } }

  # Small letters, digits and single hyphens.
  words = { for kind, rule in local.unique_names : kind => {
    for name in rule.names : name => replace("${local.prefix}-${name}", "/[^a-z0-9]+/", "-")
  } }

  digests = { for kind, rule in local.unique_names : kind => {
    for name in rule.names : name => substr(sha256("${local.subscription_id}/${kind}/${local.prefix}-${name}"), 0, 6)
  } }

  # Resource groups for what can be kept from being deleted; unique in the subscription.
  wanted_groups = {
    database       = { for name in keys(var.azure_db_engine) : name => "${local.prefix}-database-${name}" }
    cosmos_account = { for name in keys(local.cosmos_accounts) : name => "${local.prefix}-cosmos-${name}" }
    registry       = { for name in keys(var.acr_repositories) : name => "${local.prefix}-registry-${name}" }
    storage_bucket = { for name in keys(local.buckets) : name => "${local.prefix}-storage-${name}" }
  }

  groups = { for kind, groups in local.wanted_groups : kind => { for name, wanted in groups : name => (
    length(wanted) <= 90
    ? trim(wanted, ".")
    : "${trim(substr(wanted, 0, 83), "-._")}-${substr(sha256(wanted), 0, 6)}"
  ) } }

  # Inside a namespace, an account or a vault a component keeps its own name, in the form that the service takes.
  subscription_names = { for endpoint in distinct(flatten([
    for topic in var.service_bus_topics : topic.subscriptions[*].endpoint
    ])) : endpoint => (
    length(endpoint) <= 50 ? endpoint : "${trim(substr(endpoint, 0, 43), "-._")}-${substr(sha256(endpoint), 0, 6)}"
  ) }
  container_names = { for name in keys(local.buckets) : name => (
    length(name) < 3 ? "${name}-blobs" : trim(replace(name, "/[^a-z0-9]+/", "-"), "-")
  ) }
}
