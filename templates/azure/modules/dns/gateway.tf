# The way in from the internet: an Application Gateway behind the firewall. It begins with no backend; the
# ingress controller of the cluster fills it and owns its listeners and rules from then on.

locals {
  gateway = var.waf && var.gateway != null ? 1 : 0
  secure  = local.gateway == 1 && var.create_certificate

  web = local.secure ? "https" : "http"
}

resource "azurerm_public_ip" "gateway" {
  count = local.gateway

  name                = "${var.name}-gateway"
  resource_group_name = var.resource_group_name
  location            = var.location
  sku                 = "Standard"
  allocation_method   = "Static"
  zones               = ["1", "2", "3"]
  tags                = var.tags
}

resource "azurerm_user_assigned_identity" "gateway" {
  count = local.gateway

  name                = "${var.name}-gateway"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
}

resource "azurerm_role_assignment" "gateway_reads_certificate" {
  count = local.secure ? 1 : 0

  scope                = var.key_vault_id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.gateway[0].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_application_gateway" "this" {
  count = local.gateway

  name                = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  zones               = ["1", "2", "3"]
  http2_enabled       = true
  firewall_policy_id  = azurerm_web_application_firewall_policy.this[0].id

  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }

  autoscale_configuration {
    min_capacity = var.gateway.min_capacity
    max_capacity = 10
  }

  ssl_policy {
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20220101"
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.gateway[0].id]
  }

  gateway_ip_configuration {
    name      = "subnet"
    subnet_id = var.gateway.subnet_id
  }

  frontend_ip_configuration {
    name                 = "public"
    public_ip_address_id = azurerm_public_ip.gateway[0].id
  }

  dynamic "frontend_port" {
    for_each = merge({ http = 80 }, local.secure ? { https = 443 } : {})
    content {
      name = frontend_port.key
      port = frontend_port.value
    }
  }

  dynamic "ssl_certificate" {
    for_each = local.secure ? azurerm_key_vault_certificate.this : []
    content {
      name                = "domain"
      key_vault_secret_id = ssl_certificate.value.versionless_secret_id
    }
  }

  dynamic "http_listener" {
    for_each = local.secure ? { http = null, https = "domain" } : { http = null }
    content {
      name                           = http_listener.key
      frontend_ip_configuration_name = "public"
      frontend_port_name             = http_listener.key
      protocol                       = http_listener.key == "https" ? "Https" : "Http"
      ssl_certificate_name           = http_listener.value
    }
  }

  backend_address_pool {
    name = "none-yet"
  }

  backend_http_settings {
    name                  = "none-yet"
    port                  = 80
    protocol              = "Http"
    cookie_based_affinity = "Disabled"
    request_timeout       = 30
  }

  request_routing_rule {
    name                       = local.web
    rule_type                  = "Basic"
    priority                   = 100
    http_listener_name         = local.web
    backend_address_pool_name  = "none-yet"
    backend_http_settings_name = "none-yet"
  }

  # Where there is a certificate, plain requests are sent to it.
  dynamic "redirect_configuration" {
    for_each = local.secure ? ["to-https"] : []
    content {
      name                 = redirect_configuration.value
      redirect_type        = "Permanent"
      target_listener_name = "https"
      include_path         = true
      include_query_string = true
    }
  }

  dynamic "request_routing_rule" {
    for_each = local.secure ? ["to-https"] : []
    content {
      name                        = request_routing_rule.value
      rule_type                   = "Basic"
      priority                    = 200
      http_listener_name          = "http"
      redirect_configuration_name = "to-https"
    }
  }

  tags = var.tags

  lifecycle {
    ignore_changes = [
      backend_address_pool, backend_http_settings, frontend_port, http_listener, probe, redirect_configuration,
      request_routing_rule, rewrite_rule_set, ssl_certificate, url_path_map, tags,
    ]
  }

  depends_on = [azurerm_role_assignment.gateway_reads_certificate]
}
