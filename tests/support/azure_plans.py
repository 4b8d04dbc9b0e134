"""What every plan of the Azure template has to be like, and short ways to read one.

:data:`ALWAYS` holds of each resource wherever it stands, :data:`LIMITS` of each name.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.domain.spec import each_component
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import ComponentKind
from chalicelib.providers.azure import AZURE
from tests.support.azure_specs import OWNER, frozen
from tests.support.offline_terraform import Resources

LOCKED_AWAY = {"public_network_access_enabled": False}

ALWAYS: dict[str, dict[str, Any]] = {
    "azurerm_application_gateway": {
        "sku.0.tier": "WAF_v2",
        "ssl_policy.0.policy_name": "AppGwSslPolicy20220101",
    },
    "azurerm_container_registry": {"admin_enabled": False, "anonymous_pull_enabled": False},
    "azurerm_cosmosdb_account": {"local_authentication_enabled": False, "minimal_tls_version": "Tls12"},
    "azurerm_key_vault": {"rbac_authorization_enabled": True},
    "azurerm_key_vault_secret": {"value": None, "value_wo": None},
    "azurerm_kubernetes_cluster": {
        "local_account_disabled": True,
        "oidc_issuer_enabled": True,
        "workload_identity_enabled": True,
        "run_command_enabled": False,
        "automatic_upgrade_channel": "patch",
        "node_os_upgrade_channel": "NodeImage",
        "azure_active_directory_role_based_access_control.0.azure_rbac_enabled": True,
        "identity.0.type": "UserAssigned",
        "network_profile.0.network_plugin_mode": "overlay",
        "network_profile.0.network_policy": "cilium",
        "default_node_pool.0.auto_scaling_enabled": True,
        "default_node_pool.0.node_public_ip_enabled": False,
    },
    "azurerm_kubernetes_cluster_node_pool": {"auto_scaling_enabled": True, "node_public_ip_enabled": False},
    "azurerm_managed_redis": {
        "public_network_access": "Disabled",
        "default_database.0.client_protocol": "Encrypted",
        "default_database.0.access_keys_authentication_enabled": False,
    },
    "azurerm_management_lock": {"lock_level": "CanNotDelete"},
    "azurerm_mysql_flexible_server": {
        "public_network_access": "Disabled",
        "administrator_password": None,
        "administrator_password_wo": None,
    },
    "azurerm_mysql_flexible_server_configuration": {"name": "require_secure_transport", "value": "ON"},
    "azurerm_postgresql_flexible_server": {
        **LOCKED_AWAY,
        "administrator_password": None,
        "administrator_password_wo": None,
    },
    "azurerm_servicebus_namespace": {"local_auth_enabled": False, "minimum_tls_version": "1.2"},
    "azurerm_storage_account": {
        "https_traffic_only_enabled": True,
        "min_tls_version": "TLS1_2",
        "shared_access_key_enabled": False,
        "cross_tenant_replication_enabled": False,
    },
}
"""Type → path of an attribute → what it is in every plan; ``None`` for what terraform must never keep."""

LIMITS = {
    "azurerm_container_registry": r"[a-z0-9]{5,50}",
    "azurerm_cosmosdb_account": r"[a-z0-9][a-z0-9-]{1,42}[a-z0-9]",
    "azurerm_key_vault": r"(?!.*--)[a-z][a-z0-9-]{1,22}[a-z0-9]",
    "azurerm_kubernetes_cluster": r"[a-z][a-z0-9-]{0,61}[a-z0-9]",
    "azurerm_kubernetes_cluster_node_pool": r"[a-z][a-z0-9]{0,11}",
    "azurerm_managed_redis": r"(?!.*--)[a-z0-9][a-z0-9-]{1,58}[a-z0-9]",
    "azurerm_mysql_flexible_server": r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "azurerm_postgresql_flexible_server": r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "azurerm_resource_group": r"[\w().-]{0,89}[\w()-]",
    "azurerm_servicebus_namespace": r"[a-z][a-z0-9-]{4,48}[a-z0-9]",
    "azurerm_servicebus_subscription": r"[a-z0-9][a-z0-9_.-]{0,48}[a-z0-9]",
    "azurerm_storage_account": r"[a-z0-9]{3,24}",
    "azurerm_storage_container": r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
}
"""Type → what Azure takes as its name."""


def variables(body: Mapping[str, Any]) -> dict[str, Any]:
    """The tfvars of a raw form that Azure takes."""
    config = frozen(body)
    assert AZURE.validate(config) == []
    return AZURE.to_tfvars(config, OWNER)


def value_at(values: Any, path: str) -> Any:
    """What stands at ``sku.0.tier``; ``None`` where the provider decides."""
    for step in path.split("."):
        values = values[int(step)] if step.isdigit() else values.get(step)
    return values


def of(plan: Resources, module: str) -> dict[str, Any]:
    """The planned values of a module's one resource of each type, by type."""
    return {
        item.type: defaultdict(lambda: None, item.values)
        for item in plan.resources.values()
        if item.address.rpartition(f".{item.type}.")[0] == f"module.{module}"
    }


def asked_for(config: SpecConfig) -> Iterator[tuple[ComponentKind, str]]:
    """The components for which Azure has something to be made."""
    by_hand = {secret.name for secret in config.secrets if not secret.generate}
    theirs = config.network is not None and not config.network.provision_network
    nothing = {(ComponentKind.REPOSITORIES, "repositories")}
    nothing |= {(ComponentKind.SECRET, name) for name in by_hand}
    nothing |= {(ComponentKind.NETWORK, "network")} if theirs else set()
    for kind, name, _ in each_component(config):
        if (kind, name) not in nothing:
            yield kind, name


def addresses(plan: Resources) -> dict[str, str]:
    """Subnet → its range."""
    subnets = plan.of_type("azurerm_subnet")
    return {item.values["name"]: item.values["address_prefixes"][0] for item in subnets}


def cluster_of(plan: Resources) -> Mapping[str, Any]:
    """The values of the one cluster."""
    return plan.only("azurerm_kubernetes_cluster").values


def by_priority(location: Mapping[str, Any]) -> int:
    """Orders the regions of a Cosmos DB account: where it writes comes first."""
    priority: int = location["failover_priority"]
    return priority
