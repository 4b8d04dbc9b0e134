locals {
  create_zone = var.manage_zone && var.hosted_zone_id == null
  use_zone    = var.manage_zone && var.hosted_zone_id != null

  zone_id = local.create_zone ? aws_route53_zone.this[0].zone_id : one(data.aws_route53_zone.existing[*].zone_id)

  # The domain and its wildcard are proved by the same record.
  proof = one([
    for option in try(aws_acm_certificate.this[0].domain_validation_options, []) : option
    if option.domain_name == var.domain
  ])
}

resource "aws_route53_zone" "this" {
  count = local.create_zone ? 1 : 0

  name          = var.domain
  force_destroy = !var.keep_data
}

data "aws_route53_zone" "existing" {
  count = local.use_zone ? 1 : 0

  zone_id = var.hosted_zone_id
}

resource "aws_acm_certificate" "this" {
  count = var.create_certificate ? 1 : 0

  domain_name               = var.domain
  subject_alternative_names = ["*.${var.domain}"]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "proof" {
  count = var.create_certificate ? 1 : 0

  zone_id         = local.zone_id
  name            = local.proof.resource_record_name
  type            = local.proof.resource_record_type
  records         = [local.proof.resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

# Only an existing zone is sure to be delegated already. A new one is delegated by hand after the apply, and
# waiting here for a certificate that can't be proved yet would fail it; ACM issues it on its own later.
resource "aws_acm_certificate_validation" "this" {
  count = var.create_certificate && local.use_zone ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [aws_route53_record.proof[0].fqdn]
}
