locals {
  create_zone = var.manage_zone && var.zone_name == null
  use_zone    = var.manage_zone && var.zone_name != null

  zone_name = local.create_zone ? google_dns_managed_zone.this[0].name : one(data.google_dns_managed_zone.existing[*].name)

  # The domain and its wildcard are proved by the same record.
  proof = one(flatten(google_certificate_manager_dns_authorization.this[*].dns_resource_record))

  hostnames = var.create_certificate ? { domain = var.domain, subdomains = "*.${var.domain}" } : {}
}

resource "google_dns_managed_zone" "this" {
  count = local.create_zone ? 1 : 0

  project       = var.project_id
  name          = var.name
  description   = "Zone of ${var.name}"
  dns_name      = "${var.domain}."
  visibility    = "public"
  force_destroy = !var.keep_data

  dnssec_config {
    state = var.dnssec ? "on" : "off"
  }
}

data "google_dns_managed_zone" "existing" {
  count = local.use_zone ? 1 : 0

  project = var.project_id
  name    = var.zone_name
}

# Nothing waits for the certificate: a new zone is delegated by hand after the apply, and Google proves the domain
# on its own then.
resource "google_certificate_manager_dns_authorization" "this" {
  count = var.create_certificate ? 1 : 0

  project     = var.project_id
  name        = var.name
  description = "Proof of ${var.domain}"
  domain      = var.domain
}

resource "google_dns_record_set" "proof" {
  count = var.create_certificate ? 1 : 0

  project      = var.project_id
  managed_zone = local.zone_name
  name         = local.proof.name
  type         = local.proof.type
  rrdatas      = [local.proof.data]
  ttl          = 60
}

resource "google_certificate_manager_certificate" "this" {
  count = var.create_certificate ? 1 : 0

  project     = var.project_id
  name        = var.name
  description = "${var.domain} and its subdomains"

  managed {
    domains            = values(local.hostnames)
    dns_authorizations = [google_certificate_manager_dns_authorization.this[0].id]
  }
}

# A load balancer or Gateway names the map; the map finds the certificate by the host that is asked for.
resource "google_certificate_manager_certificate_map" "this" {
  count = var.create_certificate ? 1 : 0

  project     = var.project_id
  name        = var.name
  description = "Certificates of ${var.name}"
}

resource "google_certificate_manager_certificate_map_entry" "this" {
  for_each = local.hostnames

  project      = var.project_id
  name         = "${var.name}-${each.key}"
  map          = google_certificate_manager_certificate_map.this[0].name
  hostname     = each.value
  certificates = [google_certificate_manager_certificate.this[0].id]
}
