locals {
  create_zone = var.manage_zone && var.zone_name == null
  use_zone    = var.manage_zone && var.zone_name != null

  zone_id = local.create_zone ? azurerm_dns_zone.this[0].id : one(data.azurerm_dns_zone.existing[*].id)
}

resource "azurerm_dns_zone" "this" {
  count = local.create_zone ? 1 : 0

  name                = var.domain
  resource_group_name = var.resource_group_name
  tags                = var.own_tags
}

data "azurerm_dns_zone" "existing" {
  count = local.use_zone ? 1 : 0

  name                = var.zone_name
  resource_group_name = var.zone_resource_group_name
}

# Azure has no authority that proves a domain by DNS and issues for an Application Gateway. The vault signs the
# certificate itself until a trusted one is imported under the same name; the gateway takes up new versions.
resource "azurerm_key_vault_certificate" "this" {
  count = var.create_certificate ? 1 : 0

  name         = "domain"
  key_vault_id = var.key_vault_id
  tags         = var.own_tags

  certificate_policy {
    issuer_parameters {
      name = "Self"
    }

    key_properties {
      key_type   = "RSA"
      key_size   = 2048
      exportable = true
      reuse_key  = false
    }

    secret_properties {
      content_type = "application/x-pkcs12"
    }

    lifetime_action {
      action {
        action_type = "AutoRenew"
      }
      trigger {
        days_before_expiry = 30
      }
    }

    x509_certificate_properties {
      subject            = "CN=${var.domain}"
      validity_in_months = 12
      key_usage          = ["digitalSignature", "keyEncipherment"]
      extended_key_usage = ["1.3.6.1.5.5.7.3.1"]

      subject_alternative_names {
        dns_names = [var.domain, "*.${var.domain}"]
      }
    }
  }

  # An imported certificate brings its own policy.
  lifecycle {
    ignore_changes = [certificate_policy]
  }
}
