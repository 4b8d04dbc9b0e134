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

variable "region" {
  description = "AWS region of everything except a CloudFront web ACL."
  type        = string
}

variable "aws_account_id" {
  description = "The one account that may be changed; null accepts the account of the credentials."
  type        = string
  default     = null

  validation {
    condition     = var.aws_account_id == null || can(regex("^[0-9]{12}$", var.aws_account_id))
    error_message = "aws_account_id must have twelve digits."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role that is made; null makes them without a boundary."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of a managed policy."
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
  description = "Further tags for every resource."
  type        = map(string)
  default     = {}
}

# Network

variable "provision_vpc" {
  description = "Create a VPC. When false, vpc_id names an existing one; without vpc_id there is no network."
  type        = bool
  default     = true
}

variable "vpc_cidr" {
  description = "IPv4 range of a new VPC."
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition = can(cidrhost(var.vpc_cidr, 0)) && try(
      tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 22, false
    )
    error_message = "vpc_cidr must be an IPv4 network between /16 and /22, such as 10.0.0.0/16."
  }
}

variable "vpc_single_nat_gateway" {
  description = "One NAT gateway for the new VPC instead of one in each availability zone."
  type        = bool
  default     = true
}

variable "vpc_id" {
  description = "Existing VPC to use when provision_vpc is false."
  type        = string
  default     = null
}

variable "vpc_private_subnet_ids" {
  description = "Private subnets of the existing VPC; when empty, its subnets without public addresses are used."
  type        = list(string)
  default     = []
}

variable "vpc_public_subnet_ids" {
  description = "Public subnets of the existing VPC; when empty, its subnets with public addresses are used."
  type        = list(string)
  default     = []
}

# Kubernetes cluster

variable "provision_eks" {
  description = "Create an EKS cluster."
  type        = bool
  default     = false

  validation {
    condition     = !var.provision_eks || var.provision_vpc || var.vpc_id != null
    error_message = "A cluster needs a network: set provision_vpc or name a vpc_id."
  }
}

variable "eks_cluster_version" {
  description = "Kubernetes minor version, such as 1.33; null takes the newest that EKS offers."
  type        = string
  default     = null
}

variable "eks_instance_types" {
  description = "Instance types that the node group may use, in order of preference."
  type        = list(string)
  default     = ["t3.medium"]
}

variable "eks_ng_min_size" {
  description = "Fewest nodes."
  type        = number
  default     = 2
}

variable "eks_ng_max_size" {
  description = "Most nodes."
  type        = number
  default     = 5
}

variable "eks_ng_desired_size" {
  description = "Nodes to start with."
  type        = number
  default     = 2
}

variable "eks_disk_size" {
  description = "Size of each node's encrypted root volume, in GiB."
  type        = number
  default     = 50

  validation {
    condition     = var.eks_disk_size >= 20
    error_message = "eks_disk_size must be at least 20 GiB."
  }
}

variable "eks_cluster_admins" {
  description = "ARNs of IAM roles or users that administer the cluster, besides the role that creates it."
  type        = list(string)
  default     = []
}

variable "enable_karpenter" {
  description = "Prepare role, interruption queue and discovery tags that Karpenter expects."
  type        = bool
  default     = false
}

variable "cluster_endpoint_public_access_cidrs" {
  description = "Networks that may reach the Kubernetes API from the internet; when empty, it is private."
  type        = list(string)
  default     = []
}

# DNS, certificate and web firewall

variable "cloud_dns_enabled" {
  description = "Manage a Route 53 zone for dns_main_domain."
  type        = bool
  default     = false

  validation {
    condition     = !var.cloud_dns_enabled || var.dns_main_domain != null
    error_message = "cloud_dns_enabled needs dns_main_domain."
  }
}

variable "dns_hosted_zone" {
  description = "Id of an existing Route 53 zone; null creates one for dns_main_domain."
  type        = string
  default     = null
}

variable "dns_main_domain" {
  description = "Domain of the environment, such as shop.example.com."
  type        = string
  default     = null
}

variable "acm_certificate_enable" {
  description = "Request a certificate for the domain and its subdomains."
  type        = bool
  default     = false

  validation {
    condition     = !var.acm_certificate_enable || var.cloud_dns_enabled
    error_message = "acm_certificate_enable needs cloud_dns_enabled: the certificate is proved through DNS."
  }
}

variable "cloudfront_waf_enabled" {
  description = "Create a web ACL for CloudFront distributions (in us-east-1)."
  type        = bool
  default     = false
}

variable "application_waf_enabled" {
  description = "Create a web ACL for load balancers in the region."
  type        = bool
  default     = false
}

# Databases: one entry makes one Aurora cluster.

variable "rds_config" {
  description = "Aurora serverless clusters by name; capacities in ACUs."
  type = map(object({
    engine                = string
    engine_version        = string
    min_capacity          = optional(number, 0.5)
    max_capacity          = optional(number, 4)
    port                  = optional(number)
    backup_retention_days = optional(number, 7)
    iam_auth              = optional(bool, false)
    multi_az              = optional(bool, false)
    deletion_protection   = optional(bool, false)
  }))
  default = {}

  validation {
    condition     = alltrue([for db in var.rds_config : contains(["aurora-postgresql", "aurora-mysql"], db.engine)])
    error_message = "engine must be aurora-postgresql or aurora-mysql."
  }

  validation {
    condition     = length(var.rds_config) == 0 || var.provision_vpc || var.vpc_id != null
    error_message = "Databases need a network: set provision_vpc or name a vpc_id."
  }
}

# Caches: redis_instance_type names the caches; the other maps describe each by the same key.

variable "redis_instance_type" {
  description = "Node type of each cache by name."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.redis_instance_type) == 0 || var.provision_vpc || var.vpc_id != null
    error_message = "Caches need a network: set provision_vpc or name a vpc_id."
  }
}

variable "redis_cluster_size" {
  description = "Number of nodes of each cache: one primary, the rest replicas."
  type        = map(number)
  default     = {}
}

variable "redis_engine" {
  description = "Engine of each cache: redis or valkey."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for engine in values(var.redis_engine) : contains(["redis", "valkey"], engine)])
    error_message = "redis_engine must be redis or valkey."
  }
}

variable "redis_engine_version" {
  description = "Engine version of each cache, such as 7.1; every cache needs one."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.redis_instance_type) : contains(keys(var.redis_engine_version), name)])
    error_message = "Every cache in redis_instance_type needs an entry in redis_engine_version."
  }
}

variable "redis_multi_az_enabled" {
  description = "Whether each cache fails over to another availability zone."
  type        = map(bool)
  default     = {}
}

variable "redis_allowed_cidr_blocks" {
  description = "Networks, besides the cluster's nodes, that may reach each cache."
  type        = map(list(string))
  default     = {}
}

# Messages, tables, images, objects and secrets

variable "sqs_queues" {
  description = "Queues by name; times in seconds. max_receive_count adds a dead-letter queue."
  type = map(object({
    fifo                       = optional(bool, false)
    visibility_timeout_seconds = optional(number, 30)
    message_retention_seconds  = optional(number, 345600)
    delay_seconds              = optional(number, 0)
    max_receive_count          = optional(number)
  }))
  default = {}
}

variable "sns_topics" {
  description = "Topics by name. An sqs endpoint may be the name of a queue in sqs_queues."
  type = map(object({
    subscriptions = optional(list(object({
      protocol = string
      endpoint = string
    })), [])
  }))
  default = {}
}

variable "ddb_table_configuration" {
  description = "DynamoDB tables of one region."
  type = list(object({
    name                   = string
    hash_key               = string
    hash_key_type          = optional(string, "S")
    range_key              = optional(string)
    range_key_type         = optional(string)
    billing_mode           = optional(string, "PAY_PER_REQUEST")
    read_capacity          = optional(number)
    write_capacity         = optional(number)
    point_in_time_recovery = optional(bool, true)
    ttl_attribute          = optional(string)
    deletion_protection    = optional(bool, false)
  }))
  default = []
}

variable "ddb_global_table_configuration" {
  description = "DynamoDB tables that are copied to other regions."
  type = list(object({
    name                   = string
    hash_key               = string
    hash_key_type          = optional(string, "S")
    range_key              = optional(string)
    range_key_type         = optional(string)
    billing_mode           = optional(string, "PAY_PER_REQUEST")
    read_capacity          = optional(number)
    write_capacity         = optional(number)
    point_in_time_recovery = optional(bool, true)
    ttl_attribute          = optional(string)
    deletion_protection    = optional(bool, false)
    global_replicas        = list(string)
  }))
  default = []

  validation {
    condition     = alltrue([for table in var.ddb_global_table_configuration : !contains(table.global_replicas, var.region)])
    error_message = "global_replicas must not contain the table's own region."
  }
}

variable "ecr_names_map" {
  description = "Container registries by name."
  type = map(object({
    image_tag_mutability = optional(string, "IMMUTABLE")
    scan_on_push         = optional(bool, true)
  }))
  default = {}
}

variable "bucket_configuration" {
  description = "Buckets; encryption chooses a KMS key over S3's own, public_access lets anyone read objects."
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
  description = "Secrets; generate stores a random value that terraform never keeps."
  type = list(object({
    name          = string
    generate      = optional(bool, true)
    length        = optional(number, 32)
    special_chars = optional(bool, true)
  }))
  default = []
}
