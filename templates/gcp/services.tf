# Each service of GCP is switched on in a project before its first use; those that a spec uses are here. They
# stay on when the spec goes, since others in the project may use them too.

locals {
  service_is_used = {
    "artifactregistry.googleapis.com"   = length(var.artifact_registry_repos) > 0
    "certificatemanager.googleapis.com" = var.cloud_dns_managed_certificate
    "cloudkms.googleapis.com"           = local.has_keys
    "compute.googleapis.com"            = local.has_network || var.cloud_armor_enabled
    "container.googleapis.com"          = var.provision_gke
    "containerscanning.googleapis.com"  = anytrue([for repo in values(var.artifact_registry_repos) : repo.scan_on_push])
    "dns.googleapis.com"                = var.cloud_dns_enabled
    "firestore.googleapis.com"          = length(var.firestore_databases) > 0
    "iam.googleapis.com"                = var.provision_gke
    "pubsub.googleapis.com"             = length(var.pubsub_queues) + length(var.pubsub_topics) > 0
    "redis.googleapis.com"              = length(var.memorystore_instance_type) > 0
    "secretmanager.googleapis.com"      = length(local.secret_names) > 0
    "servicenetworking.googleapis.com"  = length(var.cloud_sql_engine) + length(var.memorystore_instance_type) > 0
    "sqladmin.googleapis.com"           = length(var.cloud_sql_engine) > 0
    "storage.googleapis.com"            = length(var.cloud_storage_buckets) > 0
  }
}

# Whoever takes the project's id from here waits until its services are on.
module "project" {
  source = "./modules/project"

  project_id = var.project_id
  services   = [for service, used in local.service_is_used : service if used]
}
