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

variable "project_id" {
  description = "The one project of GCP that everything is made in."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the id of a project, such as shop-production-4711."
  }
}

variable "region" {
  description = "Region of everything that is not global."
  type        = string
}

variable "zone_id" {
  description = "Alethia zone that owns the resources; written on each as a label."
  type        = string
}

variable "spec_id" {
  description = "Alethia spec that describes the resources; written on each as a label."
  type        = string
}

variable "labels" {
  description = "Further labels for every resource that has labels."
  type        = map(string)
  default     = {}
}

# Network

variable "provision_network" {
  description = "Create a network. When false, network_id names an existing one; without network_id there is none."
  type        = bool
  default     = true
}

variable "network_cidr" {
  description = <<-EOT
    IPv4 range of a new network. Its first half is for pods (a /25 for each node); of the other half, the first
    quarter is for nodes, the second for Kubernetes services, the third for Cloud SQL and Memorystore, and the
    last is kept free.
  EOT
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition = can(cidrhost(var.network_cidr, 0)) && try(
      tonumber(split("/", var.network_cidr)[1]) >= 12 && tonumber(split("/", var.network_cidr)[1]) <= 20, false
    )
    error_message = "network_cidr must be an IPv4 network between /12 and /20, such as 10.0.0.0/16."
  }
}

variable "single_cloud_nat" {
  description = "One reserved address for outgoing traffic of a new network instead of three."
  type        = bool
  default     = true
}

variable "network_id" {
  description = <<-EOT
    Existing network to use when provision_network is false: projects/<project>/global/networks/<name>. For Cloud
    SQL and Memorystore, its owner has peered it with Google's services (private services access) before.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.network_id == null || can(regex("^projects/[^/]+/global/networks/[^/]+$", var.network_id))
    error_message = "network_id must look like projects/<project>/global/networks/<name>."
  }
}

variable "network_subnet_id" {
  description = <<-EOT
    Subnet of the existing network that the cluster's nodes live in:
    projects/<project>/regions/<region>/subnetworks/<name>.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.network_subnet_id == null || can(regex("^projects/[^/]+/regions/[^/]+/subnetworks/[^/]+$", var.network_subnet_id))
    error_message = "network_subnet_id must look like projects/<project>/regions/<region>/subnetworks/<name>."
  }
}

# Kubernetes cluster

variable "provision_gke" {
  description = "Create a GKE cluster, regional and with private nodes."
  type        = bool
  default     = false

  validation {
    condition     = !var.provision_gke || var.provision_network || (var.network_id != null && var.network_subnet_id != null)
    error_message = "A cluster needs a network: set provision_network, or name network_id and network_subnet_id."
  }
}

variable "gke_cluster_version" {
  description = "Kubernetes minor version, such as 1.33; null takes GKE's default."
  type        = string
  default     = null
}

variable "gke_enable_autopilot" {
  description = "Let GKE choose and size the nodes; the variables about nodes are then not used."
  type        = bool
  default     = false
}

variable "gke_instance_types" {
  description = "Machine type of the node pool, as a list of one."
  type        = list(string)
  default     = ["e2-medium"]

  validation {
    condition     = length(var.gke_instance_types) == 1
    error_message = "A node pool has exactly one machine type."
  }
}

variable "gke_node_min_size" {
  description = "Fewest nodes, in all zones together."
  type        = number
  default     = 2
}

variable "gke_node_max_size" {
  description = "Most nodes, in all zones together."
  type        = number
  default     = 5
}

variable "gke_node_desired_size" {
  description = "Nodes to start with, in all zones together."
  type        = number
  default     = 2
}

variable "gke_disk_size_gb" {
  description = "Size of each node's boot disk, in GiB."
  type        = number
  default     = 50

  validation {
    condition     = var.gke_disk_size_gb >= 20
    error_message = "gke_disk_size_gb must be at least 20 GiB."
  }
}

variable "gke_cluster_admins" {
  description = "IAM members that administer the cluster, such as group:platform@example.com."
  type        = list(string)
  default     = []
}

variable "gke_master_authorized_cidr_blocks" {
  description = "Networks that may reach the Kubernetes API from the internet; when empty, it is private."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.gke_master_authorized_cidr_blocks) <= 50
    error_message = "GKE takes at most 50 authorized networks."
  }
}

variable "gke_pods_range_name" {
  description = "Secondary range of an existing subnet for pods; null lets GKE make one."
  type        = string
  default     = null
}

variable "gke_services_range_name" {
  description = "Secondary range of an existing subnet for services; null lets GKE make one."
  type        = string
  default     = null
}

variable "gke_deletion_protection" {
  description = "Whether the cluster refuses to be deleted."
  type        = bool
  default     = false
}

# DNS, certificate and web firewall

variable "cloud_dns_enabled" {
  description = "Manage a public Cloud DNS zone for cloud_dns_domain."
  type        = bool
  default     = false

  validation {
    condition     = !var.cloud_dns_enabled || var.cloud_dns_domain != null
    error_message = "cloud_dns_enabled needs cloud_dns_domain."
  }
}

variable "cloud_dns_domain" {
  description = "Domain of the environment, such as shop.example.com, without a dot at the end."
  type        = string
  default     = null
}

variable "cloud_dns_zone_name" {
  description = "Name of an existing Cloud DNS zone of the project; null creates one for cloud_dns_domain."
  type        = string
  default     = null
}

variable "cloud_dns_dnssec" {
  description = "Sign a new zone with DNSSEC."
  type        = bool
  default     = true
}

variable "cloud_dns_managed_certificate" {
  description = "Request a certificate for the domain and its subdomains."
  type        = bool
  default     = false

  validation {
    condition     = !var.cloud_dns_managed_certificate || var.cloud_dns_enabled
    error_message = "cloud_dns_managed_certificate needs cloud_dns_enabled: the certificate is proved through DNS."
  }
}

variable "cloud_armor_enabled" {
  description = "Create a Cloud Armor policy for load balancers."
  type        = bool
  default     = false
}

# Databases: cloud_sql_engine names them; the other maps describe each by the same key.

variable "cloud_sql_engine" {
  description = "Engine of each database by name: POSTGRES or MYSQL."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for engine in values(var.cloud_sql_engine) : contains(["POSTGRES", "MYSQL"], engine)])
    error_message = "cloud_sql_engine must be POSTGRES or MYSQL."
  }

  validation {
    condition     = length(var.cloud_sql_engine) == 0 || var.provision_network || var.network_id != null
    error_message = "Databases need a network: set provision_network or name a network_id."
  }
}

variable "cloud_sql_engine_version" {
  description = "Version of each database as the end of Cloud SQL's word for it: 17 of POSTGRES_17, 8_4 of MYSQL_8_4."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.cloud_sql_engine) : contains(keys(var.cloud_sql_engine_version), name)])
    error_message = "Every database in cloud_sql_engine needs an entry in cloud_sql_engine_version."
  }
}

variable "cloud_sql_tier" {
  description = "Machine of each database, such as db-custom-2-8192."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.cloud_sql_engine) : contains(keys(var.cloud_sql_tier), name)])
    error_message = "Every database in cloud_sql_engine needs an entry in cloud_sql_tier."
  }
}

variable "cloud_sql_edition" {
  description = "Cloud SQL's edition that each database's machine belongs to: ENTERPRISE or ENTERPRISE_PLUS."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for edition in values(var.cloud_sql_edition) : contains(["ENTERPRISE", "ENTERPRISE_PLUS"], edition)])
    error_message = "cloud_sql_edition must be ENTERPRISE or ENTERPRISE_PLUS."
  }
}

variable "cloud_sql_storage_gb" {
  description = "Size of each database's disk to begin with, in GB; it grows by itself."
  type        = map(number)
  default     = {}
}

variable "cloud_sql_port" {
  description = "Port of each database, which its engine decides."
  type        = map(number)
  default     = {}
}

variable "cloud_sql_backup_retention_days" {
  description = "How many daily backups of each database are kept."
  type        = map(number)
  default     = {}
}

variable "cloud_sql_iam_auth" {
  description = "Whether people and service accounts sign in to each database with IAM."
  type        = map(bool)
  default     = {}
}

variable "cloud_sql_high_availability" {
  description = "Whether each database fails over to another zone."
  type        = map(bool)
  default     = {}
}

variable "cloud_sql_read_replicas" {
  description = "Number of read replicas of each database."
  type        = map(number)
  default     = {}
}

variable "cloud_sql_deletion_protection" {
  description = "Whether each database refuses to be deleted."
  type        = map(bool)
  default     = {}
}

# Caches: memorystore_instance_type names them; the other maps describe each by the same key.

variable "memorystore_instance_type" {
  description = "What people chose for each cache by name, such as redis-5gb."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.memorystore_instance_type) == 0 || var.provision_network || var.network_id != null
    error_message = "Caches need a network: set provision_network or name a network_id."
  }
}

variable "memorystore_engine" {
  description = "Engine of each cache: redis."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for engine in values(var.memorystore_engine) : engine == "redis"])
    error_message = "memorystore_engine must be redis."
  }
}

variable "memorystore_tier" {
  description = "BASIC for one node; STANDARD_HA for a primary and replicas in other zones."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for tier in values(var.memorystore_tier) : contains(["BASIC", "STANDARD_HA"], tier)])
    error_message = "memorystore_tier must be BASIC or STANDARD_HA."
  }
}

variable "memorystore_memory_size_gb" {
  description = "Memory of each cache, in GiB; every cache needs one."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.memorystore_instance_type) : contains(keys(var.memorystore_memory_size_gb), name)])
    error_message = "Every cache in memorystore_instance_type needs an entry in memorystore_memory_size_gb."
  }
}

variable "memorystore_redis_version" {
  description = "Version of each cache as Memorystore writes it, such as REDIS_7_2; every cache needs one."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.memorystore_instance_type) : contains(keys(var.memorystore_redis_version), name)])
    error_message = "Every cache in memorystore_instance_type needs an entry in memorystore_redis_version."
  }
}

variable "memorystore_read_replicas" {
  description = "Replicas of each cache that can be read from; 0 is a replica for failing over alone, or none (BASIC)."
  type        = map(number)
  default     = {}
}

# Messages, tables, images, objects and secrets

variable "pubsub_queues" {
  description = <<-EOT
    Queues by name: a topic <queue>-queue and its subscription <queue>-sub. max_delivery_attempts adds a dead-letter
    topic <queue>-dlq and its subscription <queue>-dlq-sub.
  EOT
  type = map(object({
    ordered                   = optional(bool, false)
    ack_deadline_seconds      = optional(number, 30)
    message_retention_seconds = optional(number, 345600)
    max_delivery_attempts     = optional(number)
  }))
  default = {}
}

variable "pubsub_topics" {
  description = "Topics by name. A subscription is called <topic>-<its name>; with a push_endpoint, messages go there."
  type = map(object({
    subscriptions = optional(list(object({
      name          = string
      push_endpoint = optional(string)
    })), [])
  }))
  default = {}
}

variable "firestore_databases" {
  description = "Firestore databases by name, each with one collection of that name; keys other than the first are indexed."
  type = map(object({
    location               = string
    hash_key               = string
    range_key              = optional(string)
    point_in_time_recovery = optional(bool, true)
    ttl_attribute          = optional(string)
    deletion_protection    = optional(bool, false)
  }))
  default = {}
}

variable "artifact_registry_repos" {
  description = "Repositories of container images by name."
  type = map(object({
    immutable_tags = optional(bool, true)
    scan_on_push   = optional(bool, true)
  }))
  default = {}
}

variable "cloud_storage_buckets" {
  description = "Buckets by name; encryption chooses a KMS key over Google's own, public_access lets anyone read objects."
  type = map(object({
    versioning    = optional(bool, true)
    encryption    = optional(bool, true)
    public_access = optional(bool, false)
    cors_origins  = optional(list(string), [])
  }))
  default = {}
}

variable "custom_secrets" {
  description = "Secrets by name; generate stores a random value that terraform never keeps."
  type = map(object({
    generate      = optional(bool, true)
    length        = optional(number, 32)
    special_chars = optional(bool, true)
  }))
  default = {}
}
