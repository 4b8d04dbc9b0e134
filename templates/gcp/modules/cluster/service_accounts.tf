# One service account for the nodes, and one for each controller that is installed in the cluster and speaks to
# GCP. A controller's pods take its account through workload identity; no key is ever made.

locals {
  workload_pool = "${var.project_id}.svc.id.goog"

  # Controller → the Kubernetes service account that it runs as: <namespace>/<name>.
  controllers = merge(
    { external-secrets = "external-secrets/external-secrets" },
    var.dns_zone == null ? {} : {
      cert-manager = "cert-manager/cert-manager"
      external-dns = "external-dns/external-dns"
    },
  )

  # A service account's id has at most 30 characters.
  account_ids = { for role in concat(["nodes"], keys(local.controllers)) : role => (
    length("${var.name}-${role}") <= 30
    ? "${var.name}-${role}"
    : "${trimsuffix(substr(var.name, 0, 22 - length(role)), "-")}-${substr(sha256(var.name), 0, 6)}-${role}"
  ) }

  dns_controllers = { for role, account in local.controllers : role => account if role != "external-secrets" }
}

resource "google_service_account" "this" {
  for_each = local.account_ids

  project      = var.project_id
  account_id   = each.value
  display_name = "${var.name} ${each.key}"
}

# What a node needs at the least: writing logs and metrics, and pulling images.
resource "google_project_iam_member" "nodes" {
  for_each = toset([
    "roles/artifactregistry.reader",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
    "roles/stackdriver.resourceMetadata.writer",
  ])

  project = var.project_id
  role    = each.value
  member  = "serviceAccount:${google_service_account.this["nodes"].email}"
}

resource "google_service_account_iam_member" "controller" {
  for_each = local.controllers

  service_account_id = google_service_account.this[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${local.workload_pool}[${each.value}]"

  # The pool of identities comes into being with the project's first cluster.
  depends_on = [google_container_cluster.this]
}

# The environment's zone may be changed, and no other; to find it, the names of all may be read.
resource "google_dns_managed_zone_iam_member" "records" {
  for_each = local.dns_controllers

  project      = var.project_id
  managed_zone = var.dns_zone
  role         = "roles/dns.admin"
  member       = "serviceAccount:${google_service_account.this[each.key].email}"
}

resource "google_project_iam_member" "zones" {
  for_each = local.dns_controllers

  project = var.project_id
  role    = "roles/dns.reader"
  member  = "serviceAccount:${google_service_account.this[each.key].email}"
}

resource "google_secret_manager_secret_iam_member" "external_secrets" {
  for_each = var.secret_ids

  project   = var.project_id
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.this["external-secrets"].email}"
}
