# One module call for each kind of component, keyed by the component's name: the address of every resource
# starts with module.<kind>["<name>"], and that is how its progress finds its way back to the component.

locals {
  has_network = var.provision_vpc || var.vpc_id != null
  has_dns     = var.cloud_dns_enabled || var.application_waf_enabled || var.cloudfront_waf_enabled

  # Outside development, what holds data refuses to be deleted with it.
  keep_data = var.environment != "development"

  # The cluster's nodes may use its databases and caches; nobody else may, unless a CIDR block says so.
  client_security_group_ids = { for cluster in module.cluster : "cluster" => cluster.security_group_id }

  # Topics that deliver to each queue of this spec.
  queue_senders = { for queue in keys(var.sqs_queues) : queue => [
    for topic, config in var.sns_topics :
    "arn:${data.aws_partition.current.partition}:sns:${var.region}:${local.account_id}:${local.names.topic[topic]}"
    if anytrue([for s in config.subscriptions : s.protocol == "sqs" && s.endpoint == queue])
  ] }
}

module "network" {
  source = "./modules/network"
  count  = local.has_network ? 1 : 0

  name                = local.prefix
  region              = var.region
  provision           = var.provision_vpc
  cidr_block          = var.vpc_cidr
  single_nat_gateway  = var.vpc_single_nat_gateway
  vpc_id              = var.vpc_id
  private_subnet_ids  = var.vpc_private_subnet_ids
  public_subnet_ids   = var.vpc_public_subnet_ids
  private_subnet_tags = var.enable_karpenter ? { "karpenter.sh/discovery" = local.prefix } : {}

  permissions_boundary = var.permissions_boundary
}

module "cluster" {
  source = "./modules/cluster"
  count  = var.provision_eks ? 1 : 0

  name                = local.prefix
  region              = var.region
  account_id          = local.account_id
  partition           = data.aws_partition.current.partition
  kubernetes_version  = var.eks_cluster_version
  subnet_ids          = module.network[0].private_subnet_ids
  public_access_cidrs = var.cluster_endpoint_public_access_cidrs
  admins              = var.eks_cluster_admins
  enable_karpenter    = var.enable_karpenter

  permissions_boundary = var.permissions_boundary

  node_group = {
    instance_types = var.eks_instance_types
    min_size       = var.eks_ng_min_size
    max_size       = var.eks_ng_max_size
    desired_size   = var.eks_ng_desired_size
    disk_size      = var.eks_disk_size
  }
}

module "dns" {
  source = "./modules/dns"
  count  = local.has_dns ? 1 : 0

  name               = local.prefix
  region             = var.region
  manage_zone        = var.cloud_dns_enabled
  hosted_zone_id     = var.dns_hosted_zone
  domain             = var.dns_main_domain
  create_certificate = var.acm_certificate_enable
  application_waf    = var.application_waf_enabled
  cloudfront_waf     = var.cloudfront_waf_enabled
  keep_data          = local.keep_data

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }
}

module "database" {
  source   = "./modules/database"
  for_each = var.rds_config

  name                      = local.names.database[each.key]
  vpc_id                    = module.network[0].vpc_id
  subnet_ids                = module.network[0].private_subnet_ids
  client_security_group_ids = local.client_security_group_ids
  config                    = each.value
}

module "cache" {
  source   = "./modules/cache"
  for_each = var.redis_instance_type

  name                      = local.names.cache[each.key]
  vpc_id                    = module.network[0].vpc_id
  subnet_ids                = module.network[0].private_subnet_ids
  client_security_group_ids = local.client_security_group_ids
  allowed_cidr_blocks       = lookup(var.redis_allowed_cidr_blocks, each.key, [])
  node_type                 = each.value
  node_count                = lookup(var.redis_cluster_size, each.key, 1)
  engine                    = lookup(var.redis_engine, each.key, "valkey")
  engine_version            = lookup(var.redis_engine_version, each.key, null)
  multi_az                  = lookup(var.redis_multi_az_enabled, each.key, false)
  keep_data                 = local.keep_data
}

module "queue" {
  source   = "./modules/queue"
  for_each = var.sqs_queues

  name              = local.names.queue[each.key]
  config            = each.value
  sender_topic_arns = local.queue_senders[each.key]
}

module "topic" {
  source   = "./modules/topic"
  for_each = var.sns_topics

  name = local.names.topic[each.key]
  subscriptions = [for subscription in each.value.subscriptions : {
    protocol = subscription.protocol
    endpoint = (
      subscription.protocol == "sqs" && contains(keys(var.sqs_queues), subscription.endpoint)
      ? module.queue[subscription.endpoint].arn
      : subscription.endpoint
    )
    key = "${subscription.protocol}:${subscription.endpoint}"
  }]
}

module "nosql_table" {
  source   = "./modules/nosql_table"
  for_each = local.tables

  name   = local.names.nosql_table[each.key]
  config = each.value
}

module "container_registry" {
  source   = "./modules/container_registry"
  for_each = var.ecr_names_map

  name                 = local.names.registry[each.key]
  image_tag_mutability = each.value.image_tag_mutability
  scan_on_push         = each.value.scan_on_push
  keep_data            = local.keep_data
}

module "storage_bucket" {
  source   = "./modules/storage_bucket"
  for_each = local.buckets

  name      = local.names.storage_bucket[each.key]
  config    = each.value
  keep_data = local.keep_data
}

module "secret" {
  source   = "./modules/secret"
  for_each = local.secrets

  name      = local.names.secret[each.key]
  config    = each.value
  keep_data = local.keep_data
}
