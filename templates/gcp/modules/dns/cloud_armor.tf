# A policy for load balancers: Google's rules against known attacks, and a limit for each address.

locals {
  # Rule set → priority. "cve-canary" is against Log4Shell and its kin.
  known_attacks = {
    sqli-v33-stable             = 1000
    xss-v33-stable              = 1010
    lfi-v33-stable              = 1020
    rfi-v33-stable              = 1030
    rce-v33-stable              = 1040
    scannerdetection-v33-stable = 1050
    protocolattack-v33-stable   = 1060
    cve-canary                  = 1070
  }

  # Requests of one address in five minutes.
  requests_per_address = 2000
}

resource "google_compute_security_policy" "this" {
  count = var.firewall ? 1 : 0

  project     = var.project_id
  name        = "${var.name}-application"
  description = "Load balancers of ${var.name}"
  type        = "CLOUD_ARMOR"

  dynamic "rule" {
    for_each = local.known_attacks
    content {
      action      = "deny(403)"
      priority    = rule.value
      description = rule.key

      match {
        expr {
          expression = "evaluatePreconfiguredWaf('${rule.key}', {'sensitivity': 1})"
        }
      }
    }
  }

  rule {
    action      = "throttle"
    priority    = 2147483646
    description = "Requests of one address"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = local.requests_per_address
        interval_sec = 300
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "Everything else"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  advanced_options_config {
    json_parsing = "STANDARD"
    log_level    = "NORMAL"
  }
}
