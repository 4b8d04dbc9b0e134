# Facts for the control plane. Credentials never leave AWS: outputs name the secrets that hold them.

output "vpc_id" {
  description = "VPC that everything lives in; null without a network."
  value       = one(module.network[*].vpc_id)
}

output "vpc_private_subnet_ids" {
  description = "Subnets without a route from the internet."
  value       = local.has_network ? module.network[0].private_subnet_ids : []
}

output "vpc_public_subnet_ids" {
  description = "Subnets with a route from the internet."
  value       = local.has_network ? module.network[0].public_subnet_ids : []
}

output "vpc_nat_addresses" {
  description = "Public addresses that outgoing traffic comes from, by zone."
  value       = local.has_network ? module.network[0].nat_gateways : {}
}

output "eks_cluster_name" {
  description = "Name of the EKS cluster; null without one."
  value       = one(module.cluster[*].name)
}

output "eks_cluster_endpoint" {
  description = "Address of the Kubernetes API."
  value       = one(module.cluster[*].endpoint)
}

output "eks_cluster_arn" {
  description = "ARN of the EKS cluster."
  value       = one(module.cluster[*].arn)
}

output "eks_cluster_ca_certificate" {
  description = "Base64 of the certificate authority that signs the Kubernetes API's certificate."
  value       = one(module.cluster[*].ca_certificate)
}

output "eks_oidc_provider_arn" {
  description = "IAM OIDC provider that gives roles to service accounts."
  value       = one(module.cluster[*].oidc_provider_arn)
}

output "eks_karpenter" {
  description = "Role, interruption queue and node role that Karpenter is installed with; null when it is off."
  value       = one(module.cluster[*].karpenter)
}

output "route53_zone_id" {
  description = "Route 53 zone of the environment."
  value       = one(module.dns[*].zone_id)
}

output "route53_name_servers" {
  description = "Name servers to delegate the domain to; empty for an existing zone."
  value       = local.has_dns ? module.dns[0].name_servers : []
}

output "acm_certificate_arn" {
  description = "Certificate of the domain and its subdomains."
  value       = one(module.dns[*].certificate_arn)
}

output "application_waf_arn" {
  description = "Web ACL for load balancers."
  value       = one(module.dns[*].application_waf_arn)
}

output "cloudfront_waf_arn" {
  description = "Web ACL for CloudFront distributions."
  value       = one(module.dns[*].cloudfront_waf_arn)
}

output "rds" {
  description = "Each database: endpoints, identifiers, and the secret that holds its master credentials."
  value       = { for name, database in module.database : name => database.facts }
}

output "redis" {
  description = "Each cache: its endpoints."
  value       = { for name, cache in module.cache : name => cache.facts }
}

output "sqs_queues" {
  description = "Each queue: its URL and ARN, and those of its dead-letter queue."
  value       = { for name, queue in module.queue : name => queue.facts }
}

output "sns_topics" {
  description = "Each topic: its ARN."
  value       = { for name, topic in module.topic : name => topic.facts }
}

output "ddb_tables" {
  description = "Each table: its name and ARN."
  value       = { for name, table in module.nosql_table : name => table.facts }
}

output "ecr_repositories" {
  description = "Each registry: its URL and ARN."
  value       = { for name, registry in module.container_registry : name => registry.facts }
}

output "s3_buckets" {
  description = "Each bucket: its name, ARN and regional domain."
  value       = { for name, bucket in module.storage_bucket : name => bucket.facts }
}

output "secrets" {
  description = "Each secret: its ARN."
  value       = { for name, secret in module.secret : name => secret.facts }
}
