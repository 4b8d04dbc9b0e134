# One module call for each kind of component, keyed by the component's name: the address of every resource
# starts with module.<kind>["<name>"], and that is how its progress finds its way back to the component. What
# several components share (services, keys, the peering with Google's networks) has modules of its own.

locals {
  has_network = var.provision_network || var.network_id != null
  has_dns     = var.cloud_dns_enabled || var.cloud_armor_enabled

  # The owner of an existing network has peered it with Google's services.
  has_private_services = var.provision_network && length(var.cloud_sql_engine) + length(var.memorystore_instance_type) > 0
  services_network_id  = local.has_private_services ? module.private_services_access[0].network_id : one(module.network[*].id)
  services_range_name  = one(module.private_services_access[*].range_name)

  # Outside development, what holds data refuses to be deleted with it.
  keep_data = var.environment != "development"

  encrypted_buckets = [for name, bucket in var.cloud_storage_buckets : name if bucket.encryption]
  has_keys          = var.provision_gke || length(local.encrypted_buckets) > 0

  # Every secret that is made, by a name that says what it is of.
  secret_names = concat(
    keys(local.names.secret), keys(local.names.database_secret), keys(local.names.cache_secret),
  )
  secret_ids = merge(
    { for name, secret in module.secret : "secret/${name}" => secret.id },
    { for name, database in module.database : "database/${name}" => database.credentials_secret_id },
    { for name, cache in module.cache : "cache/${name}" => cache.credentials_secret_id },
  )
}

# Asking for this account is what makes GCP create it.
data "google_storage_project_service_account" "this" {
  count = length(local.encrypted_buckets) > 0 ? 1 : 0

  project = var.project_id
}

module "encryption" {
  source = "./modules/encryption"
  count  = local.has_keys ? 1 : 0

  project_id = module.project.id
  region     = var.region
  name       = local.prefix
  users = merge(
    var.provision_gke ? {
      kubernetes = "serviceAccount:service-${data.google_project.current.number}@container-engine-robot.iam.gserviceaccount.com"
    } : {},
    length(local.encrypted_buckets) > 0 ? { storage = data.google_storage_project_service_account.this[0].member } : {},
  )
}

module "network" {
  source = "./modules/network"
  count  = local.has_network ? 1 : 0

  project_id         = module.project.id
  region             = var.region
  name               = local.prefix
  provision          = var.provision_network
  cidr_block         = var.network_cidr
  single_nat_address = var.single_cloud_nat
  network_id         = var.network_id
  subnet_id          = var.network_subnet_id
}

module "private_services_access" {
  source = "./modules/private_services_access"
  count  = local.has_private_services ? 1 : 0

  project_id = module.project.id
  name       = local.prefix
  network_id = module.network[0].id
  cidr_block = module.network[0].google_range
}

module "cluster" {
  source = "./modules/cluster"
  count  = var.provision_gke ? 1 : 0

  project_id             = module.project.id
  region                 = var.region
  name                   = local.names.environment["cluster"]
  kubernetes_version     = var.gke_cluster_version
  autopilot              = var.gke_enable_autopilot
  network_id             = module.network[0].id
  subnet_id              = module.network[0].subnet_ids[0]
  pods_range_name        = var.provision_network ? "pods" : var.gke_pods_range_name
  services_range_name    = var.provision_network ? "services" : var.gke_services_range_name
  authorized_cidr_blocks = var.gke_master_authorized_cidr_blocks
  admins                 = var.gke_cluster_admins
  key_id                 = module.encryption[0].key_ids["kubernetes"]
  deletion_protection    = var.gke_deletion_protection
  dns_zone               = var.cloud_dns_enabled ? module.dns[0].zone_name : null
  secret_ids             = local.secret_ids
  labels                 = local.labels

  nodes = {
    instance_type = var.gke_instance_types[0]
    min_size      = var.gke_node_min_size
    max_size      = var.gke_node_max_size
    desired_size  = var.gke_node_desired_size
    disk_size     = var.gke_disk_size_gb
  }
}

module "dns" {
  source = "./modules/dns"
  count  = local.has_dns ? 1 : 0

  project_id         = module.project.id
  name               = local.prefix
  manage_zone        = var.cloud_dns_enabled
  zone_name          = var.cloud_dns_zone_name
  domain             = var.cloud_dns_domain
  dnssec             = var.cloud_dns_dnssec
  create_certificate = var.cloud_dns_managed_certificate
  firewall           = var.cloud_armor_enabled
  keep_data          = local.keep_data
}

module "database" {
  source   = "./modules/database"
  for_each = var.cloud_sql_engine

  project_id         = module.project.id
  region             = var.region
  name               = local.names.database[each.key]
  credentials_name   = local.names.database_secret[each.key]
  network_id         = local.services_network_id
  address_range_name = local.services_range_name
  labels             = local.labels

  config = {
    engine                = each.value
    engine_version        = var.cloud_sql_engine_version[each.key]
    tier                  = var.cloud_sql_tier[each.key]
    edition               = lookup(var.cloud_sql_edition, each.key, "ENTERPRISE")
    storage_gb            = lookup(var.cloud_sql_storage_gb, each.key, 20)
    port                  = lookup(var.cloud_sql_port, each.key, each.value == "POSTGRES" ? 5432 : 3306)
    backup_retention_days = lookup(var.cloud_sql_backup_retention_days, each.key, 7)
    iam_auth              = lookup(var.cloud_sql_iam_auth, each.key, false)
    high_availability     = lookup(var.cloud_sql_high_availability, each.key, false)
    read_replicas         = lookup(var.cloud_sql_read_replicas, each.key, 0)
    deletion_protection   = lookup(var.cloud_sql_deletion_protection, each.key, false)
  }
}

module "cache" {
  source   = "./modules/cache"
  for_each = var.memorystore_instance_type

  project_id         = module.project.id
  region             = var.region
  name               = local.names.cache[each.key]
  credentials_name   = local.names.cache_secret[each.key]
  network_id         = local.services_network_id
  address_range_name = local.services_range_name
  keep_data          = local.keep_data

  config = {
    tier           = lookup(var.memorystore_tier, each.key, "BASIC")
    memory_size_gb = var.memorystore_memory_size_gb[each.key]
    redis_version  = var.memorystore_redis_version[each.key]
    read_replicas  = lookup(var.memorystore_read_replicas, each.key, 0)
  }
}

module "queue" {
  source   = "./modules/queue"
  for_each = var.pubsub_queues

  project_id     = module.project.id
  project_number = data.google_project.current.number
  region         = var.region
  name           = local.names.queue[each.key]
  config         = each.value
}

module "topic" {
  source   = "./modules/topic"
  for_each = var.pubsub_topics

  project_id    = module.project.id
  region        = var.region
  name          = local.names.topic[each.key]
  subscriptions = each.value.subscriptions
}

module "nosql_table" {
  source   = "./modules/nosql_table"
  for_each = var.firestore_databases

  project_id = module.project.id
  name       = local.names.nosql_table[each.key]
  collection = each.key
  config     = each.value
}

module "container_registry" {
  source   = "./modules/container_registry"
  for_each = var.artifact_registry_repos

  project_id     = module.project.id
  region         = var.region
  name           = local.names.registry[each.key]
  immutable_tags = each.value.immutable_tags
  scan_on_push   = each.value.scan_on_push
}

module "storage_bucket" {
  source   = "./modules/storage_bucket"
  for_each = var.cloud_storage_buckets

  project_id = module.project.id
  region     = var.region
  name       = local.names.storage_bucket[each.key]
  config     = each.value
  key_id     = each.value.encryption ? module.encryption[0].key_ids["storage"] : null
  keep_data  = local.keep_data
}

module "secret" {
  source   = "./modules/secret"
  for_each = var.custom_secrets

  project_id = module.project.id
  region     = var.region
  name       = local.names.secret[each.key]
  config     = each.value
}
