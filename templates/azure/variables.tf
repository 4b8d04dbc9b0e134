# Whose resources these are, and where they stand.

variable "project_name" {
  description = "Name of the project; first part of every resource's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$", var.project_name))
    error_message = "project_name must be a lower-case DNS label of at most 32 characters."
  }
}

variable "environment" {
  description = "Environment stage; second part of every resource's name."
  type        = string

  validation {
    condition     = contains(["development", "staging", "production"], var.environment)
    error_message = "environment must be development, staging or production."
  }
}

variable "location" {
  description = "Azure region of everything, such as northeurope."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.location))
    error_message = "location must be a region's short name, such as northeurope."
  }
}

variable "paired_region" {
  description = "Whether Azure pairs that region with another, which may hold copies of backups."
  type        = bool
  default     = true
}

variable "subscription_id" {
  description = "The one subscription that may be changed; null takes the subscription of the credentials."
  type        = string
  default     = null

  validation {
    condition     = var.subscription_id == null || can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", lower(var.subscription_id)))
    error_message = "subscription_id must be a GUID, such as 00000000-0000-0000-0000-000000000000."
  }
}

variable "zone_id" {
  description = "Alethia zone that owns the resources; written on each as a tag."
  type        = string
}

variable "spec_id" {
  description = "Alethia spec that describes the resources; written on each as a tag."
  type        = string
}

variable "tags" {
  description = "Further tags for every resource that takes them."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.tags) <= 40
    error_message = "A resource has at most 50 tags, and ten are kept for Alethia's own; give at most 40."
  }

  validation {
    condition = alltrue([
      for name, value in var.tags : length(name) <= 128 && length(value) <= 256 && !can(regex("[<>%&\\\\?/]", name))
    ])
    error_message = "A tag's name has at most 128 characters and none of < > % & \\ ? /, its value at most 256."
  }
}

# Network

variable "provision_vnet" {
  description = "Create a virtual network. When false, vnet_id names an existing one; without vnet_id there is no network."
  type        = bool
  default     = true
}

variable "vnet_cidr" {
  description = "IPv4 range of a new virtual network; outside the ranges that AKS uses inside (100.64.0.0/10 here)."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition = can(cidrhost(var.vnet_cidr, 0)) && try(
      tonumber(split("/", var.vnet_cidr)[1]) >= 16 && tonumber(split("/", var.vnet_cidr)[1]) <= 22, false
    )
    error_message = "vnet_cidr must be an IPv4 network between /16 and /22, such as 10.0.0.0/16."
  }
}

variable "single_nat_gateway" {
  description = "One NAT gateway for the new virtual network instead of one in each availability zone."
  type        = bool
  default     = true
}

variable "vnet_id" {
  description = "Resource id of an existing virtual network to use when provision_vnet is false."
  type        = string
  default     = null

  validation {
    condition     = var.vnet_id == null || can(regex("^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.Network/virtualNetworks/[^/]+$", var.vnet_id))
    error_message = "vnet_id must be the resource id of a virtual network."
  }
}

variable "vnet_private_subnet_ids" {
  description = "Resource ids of the existing network's subnets for nodes and private endpoints; the first is for nodes."
  type        = list(string)
  default     = []

  validation {
    condition     = var.vnet_id == null || var.provision_vnet || length(var.vnet_private_subnet_ids) > 0
    error_message = "An existing virtual network needs at least one of its subnets in vnet_private_subnet_ids."
  }
}

variable "vnet_public_subnet_ids" {
  description = "Resource ids of the existing network's subnets for what faces the internet; the first holds the Application Gateway alone."
  type        = list(string)
  default     = []
}

# Kubernetes cluster

variable "provision_aks" {
  description = "Create an AKS cluster."
  type        = bool
  default     = false

  validation {
    condition     = !var.provision_aks || var.provision_vnet || var.vnet_id != null
    error_message = "A cluster needs a network: set provision_vnet or name a vnet_id."
  }
}

variable "aks_cluster_version" {
  description = "Kubernetes minor version, such as 1.35; null takes AKS' own default."
  type        = string
  default     = null
}

variable "aks_sku_tier" {
  description = "Free, Standard (with an uptime promise) or Premium (with long-term support)."
  type        = string
  default     = "Free"

  validation {
    condition     = contains(["Free", "Standard", "Premium"], var.aks_sku_tier)
    error_message = "aks_sku_tier must be Free, Standard or Premium."
  }
}

variable "aks_node_pool_name" {
  description = "Name of the first node pool; further ones append their number."
  type        = string
  default     = "system"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{0,9}$", var.aks_node_pool_name))
    error_message = "aks_node_pool_name must have at most ten small letters and digits, the first a letter."
  }
}

variable "aks_instance_types" {
  description = "VM sizes in order of preference: the first makes the pool that always runs, each further one a pool that starts at no node."
  type        = list(string)
  default     = ["Standard_B2s"]

  validation {
    condition     = length(var.aks_instance_types) > 0
    error_message = "aks_instance_types needs at least one VM size."
  }
}

variable "aks_node_min_size" {
  description = "Fewest nodes of the first pool."
  type        = number
  default     = 2

  validation {
    condition     = var.aks_node_min_size >= 1
    error_message = "The first pool runs the cluster's own services: aks_node_min_size must be at least 1."
  }
}

variable "aks_node_max_size" {
  description = "Most nodes of each pool."
  type        = number
  default     = 5
}

variable "aks_node_desired_size" {
  description = "Nodes that the first pool starts with."
  type        = number
  default     = 2
}

variable "aks_disk_size_gb" {
  description = "Size of each node's encrypted disk, in GiB."
  type        = number
  default     = 50

  validation {
    condition     = var.aks_disk_size_gb >= 30 && var.aks_disk_size_gb <= 2048
    error_message = "aks_disk_size_gb must be between 30 and 2048 GiB."
  }
}

variable "aks_admin_group_object_ids" {
  description = "Object ids of the Entra groups that administer the cluster."
  type        = list(string)
  default     = []
}

variable "aks_authorized_ip_ranges" {
  description = "Networks that may reach the Kubernetes API from the internet; when empty, it is private."
  type        = list(string)
  default     = []
}

# DNS, certificate and web firewall

variable "azure_dns_enabled" {
  description = "Manage a DNS zone for azure_dns_domain."
  type        = bool
  default     = false

  validation {
    condition     = !var.azure_dns_enabled || var.azure_dns_domain != null
    error_message = "azure_dns_enabled needs azure_dns_domain."
  }
}

variable "azure_dns_domain" {
  description = "Domain of the environment, such as shop.example.com."
  type        = string
  default     = null
}

variable "azure_dns_zone_name" {
  description = "Name of an existing DNS zone; null creates one for azure_dns_domain."
  type        = string
  default     = null
}

variable "azure_dns_zone_resource_group" {
  description = "Resource group of the existing DNS zone."
  type        = string
  default     = null

  validation {
    condition     = (var.azure_dns_zone_name == null) == (var.azure_dns_zone_resource_group == null)
    error_message = "An existing zone is named by azure_dns_zone_name and azure_dns_zone_resource_group together."
  }
}

variable "azure_managed_certificate" {
  description = "Keep a certificate for the domain and its subdomains in a Key Vault."
  type        = bool
  default     = false

  validation {
    condition     = !var.azure_managed_certificate || var.azure_dns_enabled
    error_message = "azure_managed_certificate needs azure_dns_enabled: a certificate without its zone serves nobody."
  }
}

variable "azure_waf_enabled" {
  description = "Create a web application firewall: its policy, and an Application Gateway where there is a public subnet for it."
  type        = bool
  default     = false
}

variable "azure_waf_mode" {
  description = "Prevention turns away what the firewall's rules find, Detection only logs it."
  type        = string
  default     = "Prevention"

  validation {
    condition     = contains(["Prevention", "Detection"], var.azure_waf_mode)
    error_message = "azure_waf_mode must be Prevention or Detection."
  }
}

# Databases: azure_db_engine names the flexible servers; the other maps describe each by the same key.

variable "azure_db_engine" {
  description = "Engine of each database by name: postgres or mysql."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for engine in values(var.azure_db_engine) : contains(["postgres", "mysql"], engine)])
    error_message = "azure_db_engine must be postgres or mysql."
  }

  validation {
    condition     = length(var.azure_db_engine) == 0 || var.provision_vnet || var.vnet_id != null
    error_message = "Databases need a network: set provision_vnet or name a vnet_id."
  }
}

variable "azure_db_engine_version" {
  description = "Engine version of each database, such as 16 or 8.0.21; every database needs one."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.azure_db_engine) : contains(keys(var.azure_db_engine_version), name)])
    error_message = "Every database in azure_db_engine needs an entry in azure_db_engine_version."
  }
}

variable "azure_db_sku_name" {
  description = "Machine of each database: its tier (B, GP or MO) and VM size, such as GP_Standard_D2ds_v5; every database needs one."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.azure_db_engine) : can(regex("^(B|GP|MO)_Standard_", var.azure_db_sku_name[name]))])
    error_message = "Every database in azure_db_engine needs a machine such as B_Standard_B1ms in azure_db_sku_name."
  }
}

variable "azure_db_storage_mb" {
  description = "Storage of each database in MiB; 32768 where none is given."
  type        = map(number)
  default     = {}
}

variable "azure_db_port" {
  description = "Port of each database: 5432 for postgres, 3306 for mysql; a flexible server has no other."
  type        = map(number)
  default     = {}

  validation {
    condition = alltrue([
      for name, port in var.azure_db_port : port == (lookup(var.azure_db_engine, name, "") == "mysql" ? 3306 : 5432)
    ])
    error_message = "azure_db_port must be 5432 for postgres and 3306 for mysql."
  }
}

variable "azure_db_backup_retention_days" {
  description = "Days that the backups of each database are kept; seven where none are given."
  type        = map(number)
  default     = {}
}

variable "azure_db_iam_auth" {
  description = "Whether people sign in to each database with Entra, besides the administrator's password."
  type        = map(bool)
  default     = {}
}

variable "azure_db_high_availability" {
  description = "Whether each database keeps a standby in another availability zone."
  type        = map(bool)
  default     = {}

  validation {
    condition = alltrue([
      for name, wanted in var.azure_db_high_availability : !wanted || !startswith(lookup(var.azure_db_sku_name, name, ""), "B_")
    ])
    error_message = "A burstable machine (B_…) has no standby; choose a GP_ or MO_ one in azure_db_sku_name."
  }
}

variable "azure_db_deletion_protection" {
  description = "Whether a lock keeps each database from being deleted."
  type        = map(bool)
  default     = {}
}

variable "azure_db_geo_redundant_backup" {
  description = "Whether the backups of each database are copied to the paired region."
  type        = map(bool)
  default     = {}
}

# Caches: azure_cache_sku names the caches; the other maps describe each by the same key.

variable "azure_cache_sku" {
  description = "SKU of Azure Managed Redis of each cache by name, such as Balanced_B1: its tier and the memory of a node."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for sku in values(var.azure_cache_sku) : can(regex("^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X)\\d+$", sku))])
    error_message = "azure_cache_sku must be a SKU of Azure Managed Redis: Balanced_B…, MemoryOptimized_M… or ComputeOptimized_X…"
  }

  validation {
    condition     = length(var.azure_cache_sku) == 0 || var.provision_vnet || var.vnet_id != null
    error_message = "Caches need a network: set provision_vnet or name a vnet_id."
  }
}

variable "azure_cache_multi_az" {
  description = "Whether each cache has a second node, which stands in another availability zone and takes over."
  type        = map(bool)
  default     = {}
}

variable "azure_cache_allowed_cidr_blocks" {
  description = "Networks, besides the one that holds it, that may reach each cache."
  type        = map(list(string))
  default     = {}
}

# Messages, collections, images, objects and secrets

variable "service_bus_queues" {
  description = "Queues by name; lock_duration and default_message_ttl are ISO 8601 durations such as PT30S."
  type = map(object({
    max_delivery_count  = optional(number, 10)
    lock_duration       = optional(string, "PT30S")
    requires_session    = optional(bool, false)
    default_message_ttl = optional(string, "PT345600S")
  }))
  default = {}

  validation {
    condition     = alltrue([for queue in var.service_bus_queues : queue.max_delivery_count >= 1 && queue.max_delivery_count <= 2000])
    error_message = "max_delivery_count must be between 1 and 2000."
  }
}

variable "service_bus_topics" {
  description = "Topics by name. Protocol queue forwards to a queue of service_bus_queues, subscription keeps messages for a reader; either way the subscription is called like its endpoint."
  type = map(object({
    subscriptions = optional(list(object({
      protocol = string
      endpoint = string
    })), [])
  }))
  default = {}

  validation {
    condition = alltrue(flatten([for topic in var.service_bus_topics : [
      for subscription in topic.subscriptions : contains(["queue", "subscription"], subscription.protocol)
    ]]))
    error_message = "A subscription's protocol must be queue or subscription."
  }

  validation {
    condition = alltrue(flatten([for topic in var.service_bus_topics : [
      for subscription in topic.subscriptions : subscription.protocol != "queue" || contains(keys(var.service_bus_queues), subscription.endpoint)
    ]]))
    error_message = "A subscription of protocol queue must name a queue of service_bus_queues."
  }

  validation {
    condition     = length(setintersection(keys(var.service_bus_topics), keys(var.service_bus_queues))) == 0
    error_message = "Queues and topics share one namespace: no two of them can have the same name."
  }
}

variable "cosmos_db_collections" {
  description = "Cosmos DB containers (API for NoSQL). Serverless, or throughput in RU/s that is fixed (throughput) or scales (max_throughput); those that agree on serverless, replicas and continuous backup share an account. default_ttl -1 lets items expire by their own ttl."
  type = list(object({
    name                = string
    partition_key_paths = list(string)
    serverless          = optional(bool, false)
    throughput          = optional(number)
    max_throughput      = optional(number)
    continuous_backup   = optional(bool, true)
    default_ttl         = optional(number)
    global_replicas     = optional(list(string), [])
    deletion_protection = optional(bool, false)
  }))
  default = []

  validation {
    condition = alltrue([for collection in var.cosmos_db_collections :
      length([for given in [collection.serverless ? 1 : null, collection.throughput, collection.max_throughput] : given if given != null]) == 1
    ])
    error_message = "A collection is serverless, or has one of throughput and max_throughput."
  }

  validation {
    condition     = alltrue([for collection in var.cosmos_db_collections : !collection.serverless || length(collection.global_replicas) == 0])
    error_message = "A serverless collection stays in one region; give max_throughput to one with global_replicas."
  }

  validation {
    condition     = alltrue([for collection in var.cosmos_db_collections : !contains(collection.global_replicas, var.location)])
    error_message = "global_replicas must not contain the collection's own region."
  }
}

variable "acr_repositories" {
  description = "Container registries by name. ACR neither keeps tags from being moved nor scans by itself, so only MUTABLE and false are possible."
  type = map(object({
    image_tag_mutability = optional(string, "MUTABLE")
    scan_on_push         = optional(bool, false)
  }))
  default = {}

  validation {
    condition     = alltrue([for registry in var.acr_repositories : registry.image_tag_mutability == "MUTABLE" && !registry.scan_on_push])
    error_message = "ACR can't make tags immutable, and Defender scans for whole subscriptions: use MUTABLE and scan_on_push = false."
  }
}

variable "storage_containers" {
  description = "Blob containers, each in a storage account of its own; encryption adds a second layer to Azure's, public_access lets anyone read blobs."
  type = list(object({
    name          = string
    versioning    = optional(bool, true)
    encryption    = optional(bool, true)
    public_access = optional(bool, false)
    cors_origins  = optional(list(string), [])
  }))
  default = []
}

variable "custom_secrets" {
  description = "Key Vault secrets; generate stores a random value that terraform never keeps."
  type = list(object({
    name          = string
    generate      = optional(bool, true)
    length        = optional(number, 32)
    special_chars = optional(bool, true)
  }))
  default = []

  validation {
    condition     = alltrue([for secret in var.custom_secrets : can(regex("^[0-9a-zA-Z-]{1,127}$", secret.name))])
    error_message = "A secret's name has letters, digits and hyphens only."
  }
}
