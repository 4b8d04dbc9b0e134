# One module call for each kind of component, keyed by the component's name: the address of every resource
# starts with module.<kind>["<name>"], and that is how its progress finds its way back to the component. What
# several components share (vault, namespace, accounts, private DNS) has modules of its own and belongs to none.

locals {
  has_network     = var.provision_vnet || var.vnet_id != null
  has_dns         = var.azure_dns_enabled || var.azure_waf_enabled
  has_service_bus = length(var.service_bus_queues) + length(var.service_bus_topics) > 0
  vault_is_open   = !local.keep_data || !local.has_network
  has_key_vault   = length(var.azure_db_engine) + length(local.secrets) > 0 || var.azure_managed_certificate
  has_gateway     = var.azure_waf_enabled && (var.provision_vnet || (var.vnet_id != null && length(var.vnet_public_subnet_ids) > 0))

  # Outside development, what holds data refuses to be deleted with it.
  keep_data  = var.environment != "development"
  production = var.environment == "production"

  tenant_id = data.azurerm_client_config.current.tenant_id
  applier   = data.azurerm_client_config.current.object_id

  # Containers that agree on what Azure sets for an account share one.
  account_keys = { for name, collection in local.collections : name => join("-", concat(
    [collection.serverless ? "serverless" : "provisioned", collection.continuous_backup ? "continuous" : "periodic"],
    sort(collection.global_replicas),
  )) }
  cosmos_accounts = { for name, key in local.account_keys : key => local.collections[name]... }

  # Domains that the network answers privately, for what is there to be reached.
  database_engines = toset(values(var.azure_db_engine))
  private_zones = local.has_network ? merge(
    local.has_key_vault ? { vault = "privatelink.vaultcore.azure.net" } : {},
    length(var.azure_cache_sku) > 0 ? { cache = "privatelink.redis.azure.net" } : {},
    length(local.collections) > 0 ? { cosmos = "privatelink.documents.azure.com" } : {},
    anytrue([for bucket in local.buckets : !bucket.public_access]) ? { blob = "privatelink.blob.core.windows.net" } : {},
    local.production && length(var.acr_repositories) > 0 ? { registry = "privatelink.azurecr.io" } : {},
    local.production && local.has_service_bus ? { bus = "privatelink.servicebus.windows.net" } : {},
    { for engine in local.database_engines : engine => (
      var.provision_vnet ? "${local.prefix}.private.${engine}.database.azure.com" : "privatelink.${engine}.database.azure.com"
    ) },
  ) : {}

  # Private endpoints, for what may have one.
  endpoints = { for kind in ["vault", "cache", "cosmos", "blob", "registry", "bus", "postgres", "mysql"] : kind => (
    contains(keys(local.private_zones), kind)
    ? { subnet_id = module.network[0].endpoint_subnet_id, dns_zone_id = module.private_dns[kind].zone_id }
    : null
  ) }
}

resource "azurerm_resource_group" "this" {
  name     = local.prefix
  location = var.location
  tags     = local.tags
}

module "network" {
  source = "./modules/network"
  count  = local.has_network ? 1 : 0

  name                = local.prefix
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  provision           = var.provision_vnet
  cidr_block          = var.vnet_cidr
  single_nat_gateway  = var.single_nat_gateway
  vnet_id             = var.vnet_id
  private_subnet_ids  = var.vnet_private_subnet_ids
  public_subnet_ids   = var.vnet_public_subnet_ids
  tags                = local.tags
}

module "private_dns" {
  source   = "./modules/private_dns"
  for_each = local.private_zones

  name                = local.prefix
  resource_group_name = azurerm_resource_group.this.name
  zone                = each.value
  vnet_id             = module.network[0].vnet_id
  tags                = local.own_tags
}

module "key_vault" {
  source = "./modules/key_vault"
  count  = local.has_key_vault ? 1 : 0

  name                = local.names.key_vault["vault"]
  resource_group_name = azurerm_resource_group.this.name
  resource_group_id   = azurerm_resource_group.this.id
  location            = var.location
  tenant_id           = local.tenant_id
  writer_object_id    = local.applier
  open                = local.vault_is_open
  allowed_ip_ranges   = var.aks_authorized_ip_ranges
  endpoint            = local.endpoints.vault
  keep_data           = local.keep_data
  tags                = local.tags
}

# Whoever applies writes into the vault; a reviewer should know before they approve.
check "the_vault_answers_whoever_applies" {
  assert {
    condition     = !local.has_key_vault || local.vault_is_open || length(var.aks_authorized_ip_ranges) > 0
    error_message = "The key vault of this stage is private, and network.allowed_cidr_blocks names nobody: an apply fails at the first secret, unless its runner works inside the network. Name the runner's address there."
  }
}

module "service_bus" {
  source = "./modules/service_bus"
  count  = local.has_service_bus ? 1 : 0

  name                = local.names.service_bus["bus"]
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  premium             = local.production
  endpoint            = local.endpoints.bus
  tags                = local.tags
}

module "cosmos_account" {
  source   = "./modules/cosmos_account"
  for_each = local.cosmos_accounts

  name                         = local.names.cosmos_account[each.key]
  resource_group_name          = local.groups.cosmos_account[each.key]
  endpoint_resource_group_name = azurerm_resource_group.this.name
  location                     = var.location
  database_name                = local.prefix
  zone_redundant               = local.production
  paired_region                = var.paired_region
  deletion_protection          = anytrue([for collection in each.value : collection.deletion_protection])
  endpoint                     = local.endpoints.cosmos
  tags                         = local.tags

  config = {
    serverless        = each.value[0].serverless
    replicas          = sort(each.value[0].global_replicas)
    continuous_backup = each.value[0].continuous_backup
  }
}

module "cluster" {
  source = "./modules/cluster"
  count  = var.provision_aks ? 1 : 0

  name                   = local.prefix
  resource_group_name    = azurerm_resource_group.this.name
  resource_group_id      = azurerm_resource_group.this.id
  location               = var.location
  tenant_id              = local.tenant_id
  applier_object_id      = local.applier
  kubernetes_version     = var.aks_cluster_version
  sku_tier               = var.aks_sku_tier
  vnet_id                = module.network[0].vnet_id
  node_subnets           = module.network[0].node_subnets
  outbound_type          = var.provision_vnet ? "userAssignedNATGateway" : "loadBalancer"
  authorized_ip_ranges   = var.aks_authorized_ip_ranges
  nat_addresses          = values(module.network[0].nat_gateways)
  admin_group_object_ids = var.aks_admin_group_object_ids
  host_encryption        = local.keep_data

  has_dns_zone      = var.azure_dns_enabled
  dns_zone_id       = one(module.dns[*].zone_id)
  has_key_vault     = local.has_key_vault
  key_vault_id      = one(module.key_vault[*].id)
  has_gateway       = local.has_gateway
  gateway           = one(module.dns[*].gateway)
  gateway_subnet_id = module.network[0].gateway_subnet_id
  tags              = local.tags

  node_pool = {
    name           = var.aks_node_pool_name
    instance_types = var.aks_instance_types
    min_size       = var.aks_node_min_size
    max_size       = var.aks_node_max_size
    desired_size   = var.aks_node_desired_size
    disk_size_gb   = var.aks_disk_size_gb
  }
}

module "dns" {
  source = "./modules/dns"
  count  = local.has_dns ? 1 : 0

  name                     = local.prefix
  resource_group_name      = azurerm_resource_group.this.name
  location                 = var.location
  manage_zone              = var.azure_dns_enabled
  zone_name                = var.azure_dns_zone_name
  zone_resource_group_name = var.azure_dns_zone_resource_group
  domain                   = var.azure_dns_domain
  create_certificate       = var.azure_managed_certificate
  key_vault_id             = one(module.key_vault[*].id)
  waf                      = var.azure_waf_enabled
  waf_mode                 = var.azure_waf_mode
  tags                     = local.tags
  own_tags                 = local.own_tags

  gateway = local.has_gateway ? {
    subnet_id    = module.network[0].gateway_subnet_id
    min_capacity = local.production ? 2 : 0
  } : null
}

module "database" {
  source   = "./modules/database"
  for_each = var.azure_db_engine

  name                         = local.names.database[each.key]
  resource_group_name          = local.groups.database[each.key]
  endpoint_resource_group_name = azurerm_resource_group.this.name
  location                     = var.location
  tenant_id                    = local.tenant_id
  key_vault_id                 = module.key_vault[0].id
  secret_name                  = "${local.names.database[each.key]}-administrator"
  tags                         = local.tags
  own_tags                     = local.own_tags

  subnet = var.provision_vnet ? {
    subnet_id   = module.network[0].database_subnet_ids[each.value]
    dns_zone_id = module.private_dns[each.value].zone_id
  } : null
  endpoint = var.provision_vnet ? null : local.endpoints[each.value]

  config = {
    engine                = each.value
    engine_version        = var.azure_db_engine_version[each.key]
    sku_name              = var.azure_db_sku_name[each.key]
    storage_mb            = lookup(var.azure_db_storage_mb, each.key, 32768)
    backup_retention_days = lookup(var.azure_db_backup_retention_days, each.key, 7)
    geo_redundant_backup  = lookup(var.azure_db_geo_redundant_backup, each.key, false)
    iam_auth              = lookup(var.azure_db_iam_auth, each.key, false)
    high_availability     = lookup(var.azure_db_high_availability, each.key, false)
    deletion_protection   = lookup(var.azure_db_deletion_protection, each.key, false)
  }
}

module "cache" {
  source   = "./modules/cache"
  for_each = var.azure_cache_sku

  name                = local.names.cache[each.key]
  resource_group_name = azurerm_resource_group.this.name
  location            = var.location
  endpoint            = local.endpoints.cache
  allowed_cidr_blocks = lookup(var.azure_cache_allowed_cidr_blocks, each.key, [])
  security_group_name = module.network[0].endpoint_security_group_name
  rule_priority       = 200 + index(keys(var.azure_cache_sku), each.key)
  tags                = local.tags

  config = {
    sku_name = each.value
    multi_az = lookup(var.azure_cache_multi_az, each.key, false)
  }
}

module "queue" {
  source   = "./modules/queue"
  for_each = var.service_bus_queues

  name         = each.key
  namespace_id = module.service_bus[0].id
  host         = module.service_bus[0].host
  config       = each.value
}

module "topic" {
  source   = "./modules/topic"
  for_each = var.service_bus_topics

  name         = each.key
  namespace_id = module.service_bus[0].id
  host         = module.service_bus[0].host
  subscriptions = [for subscription in each.value.subscriptions : {
    key        = "${subscription.protocol}:${subscription.endpoint}"
    name       = local.subscription_names[subscription.endpoint]
    forward_to = subscription.protocol == "queue" ? module.queue[subscription.endpoint].name : null
  }]
}

module "nosql_table" {
  source   = "./modules/nosql_table"
  for_each = local.collections

  name    = each.key
  account = module.cosmos_account[local.account_keys[each.key]].account
  config  = each.value
}

module "container_registry" {
  source   = "./modules/container_registry"
  for_each = var.acr_repositories

  name                         = local.names.registry[each.key]
  resource_group_name          = local.groups.registry[each.key]
  endpoint_resource_group_name = azurerm_resource_group.this.name
  location                     = var.location
  premium                      = local.production
  endpoint                     = local.endpoints.registry
  puller_principal_ids         = { for cluster in module.cluster : "cluster" => cluster.node_principal_id }
  keep_data                    = local.keep_data
  tags                         = local.tags
}

module "storage_bucket" {
  source   = "./modules/storage_bucket"
  for_each = local.buckets

  name                         = local.names.storage_bucket[each.key]
  container_name               = local.container_names[each.key]
  resource_group_name          = local.groups.storage_bucket[each.key]
  endpoint_resource_group_name = azurerm_resource_group.this.name
  location                     = var.location
  config                       = each.value
  endpoint                     = local.endpoints.blob
  keep_data                    = local.keep_data
  tags                         = local.tags
}

module "secret" {
  source   = "./modules/secret"
  for_each = local.secrets

  name   = each.key
  vault  = { id = module.key_vault[0].id, uri = module.key_vault[0].uri }
  config = each.value
  tags   = local.own_tags
}
