"""How single values of a spec become terraform variables."""

from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from tests.support.azure_specs import (
    DNS_ZONE,
    GROUP,
    OTHER_GROUP,
    OWNER,
    SUBSCRIPTION,
    VNET,
    a_bare_form,
    a_form_for_azure,
    an_existing_network,
    frozen,
)

AZURE = registry[CloudProvider.AZURE]


def tfvars(**changes: Any) -> dict[str, Any]:
    return AZURE.to_tfvars(frozen(a_form_for_azure(**changes)), OWNER)


EVERY_FIELD: dict[str, Any] = {
    "project_name": "shop",
    "location": "northeurope",
    "paired_region": True,
    "environment": "development",
    "subscription_id": SUBSCRIPTION,
    "zone_id": OWNER.zone_id,
    "spec_id": OWNER.spec_id,
    "provision_vnet": True,
    "vnet_cidr": "10.20.0.0/16",
    "single_nat_gateway": False,
    "vnet_id": None,
    "vnet_private_subnet_ids": [],
    "vnet_public_subnet_ids": [],
    "provision_aks": True,
    "aks_cluster_version": "1.34",
    "aks_sku_tier": "Standard",
    "aks_node_pool_name": "first",
    "aks_instance_types": ["Standard_B2s", "Standard_D2ps_v5"],
    "aks_node_min_size": 2,
    "aks_node_max_size": 5,
    "aks_node_desired_size": 2,
    "aks_disk_size_gb": 50,
    "aks_admin_group_object_ids": [GROUP, OTHER_GROUP],
    "aks_authorized_ip_ranges": ["203.0.113.0/24"],
    "azure_dns_enabled": True,
    "azure_dns_domain": "shop.example.com",
    "azure_dns_zone_name": None,
    "azure_dns_zone_resource_group": None,
    "azure_managed_certificate": True,
    "azure_waf_enabled": True,
    "azure_waf_mode": "Detection",
    "azure_db_engine": {"orders": "postgres", "legacy": "mysql"},
    "azure_db_engine_version": {"orders": "16", "legacy": "8.0.21"},
    "azure_db_sku_name": {"orders": "GP_Standard_D2ds_v5", "legacy": "B_Standard_B1ms"},
    "azure_db_storage_mb": {"orders": 32768, "legacy": 102400},
    "azure_db_port": {"orders": 5432, "legacy": 3306},
    "azure_db_backup_retention_days": {"orders": 7, "legacy": 3},
    "azure_db_iam_auth": {"orders": True, "legacy": False},
    "azure_db_high_availability": {"orders": True, "legacy": False},
    "azure_db_deletion_protection": {"orders": True, "legacy": False},
    "azure_db_geo_redundant_backup": {"orders": False, "legacy": True},
    "azure_cache_sku": {"sessions": "Balanced_B0", "pages": "MemoryOptimized_M50"},
    "azure_cache_multi_az": {"sessions": False, "pages": True},
    "azure_cache_allowed_cidr_blocks": {"sessions": [], "pages": ["10.99.0.0/16"]},
    "service_bus_queues": {
        "mails": {
            "max_delivery_count": 5,
            "lock_duration": "PT60S",
            "requires_session": False,
            "default_message_ttl": "PT345600S",
        },
        "billing.fifo": {
            "max_delivery_count": 2000,
            "lock_duration": "PT30S",
            "requires_session": True,
            "default_message_ttl": "PT345600S",
        },
    },
    "service_bus_topics": {
        "events": {
            "subscriptions": [
                {"protocol": "queue", "endpoint": "mails"},
                {"protocol": "subscription", "endpoint": "audit"},
            ]
        },
        "alerts": {"subscriptions": []},
    },
    "acr_repositories": {
        "api": {"image_tag_mutability": "MUTABLE", "scan_on_push": False},
        "web": {"image_tag_mutability": "MUTABLE", "scan_on_push": False},
    },
    "storage_containers": [
        {
            "name": "assets",
            "versioning": True,
            "encryption": True,
            "public_access": True,
            "cors_origins": ["https://shop.example.com"],
        },
        {
            "name": "invoices",
            "versioning": True,
            "encryption": True,
            "public_access": False,
            "cors_origins": [],
        },
    ],
    "custom_secrets": [
        {"name": "session-key", "generate": True, "length": 32, "special_chars": True},
        {"name": "stripe", "generate": False, "length": 32, "special_chars": True},
    ],
}
"""What a spec with two of everything says to the template; collections have tests of their own."""

VARIABLES = tfvars()


@pytest.mark.parametrize("variable", sorted(VARIABLES.keys() - {"cosmos_db_collections"}))
def test_every_field_has_its_variable(variable: str) -> None:
    assert VARIABLES[variable] == EVERY_FIELD[variable]


def test_a_section_that_is_off_makes_nothing() -> None:
    variables = AZURE.to_tfvars(frozen(a_bare_form()), OWNER)
    assert variables["provision_vnet"] is False
    assert variables["vnet_id"] is None
    assert variables["provision_aks"] is False
    assert variables["azure_dns_enabled"] is False
    assert variables["aks_authorized_ip_ranges"] == []
    assert {name for name, value in variables.items() if value} == {
        *("project_name", "location", "paired_region", "environment", "subscription_id", "zone_id", "spec_id")
    }


def test_an_existing_network_is_passed_by_its_ids() -> None:
    variables = tfvars(network=an_existing_network())
    assert variables["provision_vnet"] is False
    assert variables["vnet_id"] == VNET
    assert variables["vnet_private_subnet_ids"] == [f"{VNET}/subnets/private"]
    assert variables["vnet_public_subnet_ids"] == [f"{VNET}/subnets/gateway"]


def test_an_existing_zone_is_named_with_its_resource_group() -> None:
    variables = tfvars(dns={"domain_name": "shop.example.com", "zone_id": DNS_ZONE})
    assert variables["azure_dns_zone_name"] == "example.com"
    assert variables["azure_dns_zone_resource_group"] == "platform"
    assert variables["azure_waf_mode"] == "Prevention"


def test_a_certificate_needs_the_zone_to_be_managed() -> None:
    off = {"domain_name": "shop.example.com", "enabled": False}
    assert tfvars(dns=off)["azure_managed_certificate"] is False


@pytest.mark.parametrize(("stage", "tier"), [("development", "Free"), ("production", "Standard")])
def test_the_cluster_has_a_promise_of_uptime_outside_development(stage: str, tier: str) -> None:
    plain = {"cluster_version": "1.34", "instance_types": ["Standard_B2s"]}
    variables = tfvars(environment_stage=stage, cluster=plain)
    assert variables["aks_sku_tier"] == tier
    assert variables["aks_node_pool_name"] == "system"


@pytest.mark.parametrize(
    ("engine", "units", "machine"),
    [
        ("postgresql", 1, "B_Standard_B1ms"),
        ("postgresql", 2, "B_Standard_B2s"),
        ("postgresql", 8, "GP_Standard_D4ds_v5"),
        ("postgresql", 128, "GP_Standard_D64ds_v5"),
        ("mysql", 2, "B_Standard_B2s"),
        ("mysql", 4, "GP_Standard_D2ads_v5"),
        ("mysql", 128, "GP_Standard_D64ads_v5"),
    ],
)
def test_a_capacity_is_a_machine(engine: str, units: int, machine: str) -> None:
    database = {"name": "a", "engine": engine, "engine_version": "16"}
    sized = {**database, "min_capacity": units, "max_capacity": units}
    assert tfvars(databases=[sized])["azure_db_sku_name"] == {"a": machine}


def test_a_machine_may_be_named_instead() -> None:
    database = {"name": "a", "engine": "postgresql", "engine_version": "16"}
    named = {**database, "provider_config": {"sku_name": "MO_Standard_E4ds_v5"}}
    assert tfvars(databases=[named])["azure_db_sku_name"] == {"a": "MO_Standard_E4ds_v5"}


def a_collection(stage: str = "development", **changes: Any) -> dict[str, Any]:
    table = {"name": "carts", "hash_key": "id", **changes}
    (collection,) = tfvars(environment_stage=stage, nosql_tables=[table])["cosmos_db_collections"]
    return dict(collection)


def test_two_nodes_of_a_cache_stand_in_two_zones_also_where_nobody_asked() -> None:
    cache = {"name": "a", "engine": "redis", "engine_version": "7.4", "node_type": "Balanced_B1"}
    variables = tfvars(caches=[{**cache, "num_cache_nodes": 2, "multi_az": False}, {**cache, "name": "b"}])
    assert variables["azure_cache_multi_az"] == {"a": True, "b": False}


def test_a_plain_table_is_a_serverless_collection() -> None:
    assert a_collection() == {
        "name": "carts",
        "partition_key_paths": ["/id"],
        "serverless": True,
        "throughput": None,
        "max_throughput": None,
        "continuous_backup": True,
        "default_ttl": None,
        "global_replicas": [],
        "deletion_protection": False,
    }


def test_two_keys_make_a_hierarchy() -> None:
    assert a_collection(range_key="at")["partition_key_paths"] == ["/id", "/at"]


@pytest.mark.parametrize(
    ("table", "throughput", "max_throughput"),
    [
        ({"billing_mode": "PROVISIONED"}, 400, None),
        ({"billing_mode": "PROVISIONED", "provider_config": {"throughput": 900}}, 900, None),
        ({"table_type": "global", "global_replicas": ["eastus"]}, None, 1000),
        (
            {
                "table_type": "global",
                "global_replicas": ["eastus"],
                "provider_config": {"max_throughput": 5000},
            },
            None,
            5000,
        ),
        (
            {"table_type": "global", "global_replicas": ["eastus"], "billing_mode": "PROVISIONED"},
            400,
            None,
        ),
    ],
)
def test_what_is_not_serverless_has_one_throughput(
    table: dict[str, Any], throughput: int | None, max_throughput: int | None
) -> None:
    collection = a_collection(**table)
    assert collection["serverless"] is False
    assert (collection["throughput"], collection["max_throughput"]) == (throughput, max_throughput)
    assert collection["global_replicas"] == table.get("global_replicas", [])


@pytest.mark.parametrize(("stage", "kept"), [("development", False), ("staging", True)])
def test_tables_are_kept_outside_development_unless_somebody_says_so(stage: str, *, kept: bool) -> None:
    assert a_collection(stage)["deletion_protection"] is kept
    let_go = {"provider_config": {"deletion_protection": not kept}}
    assert a_collection(stage, **let_go)["deletion_protection"] is not kept


def test_backups_and_expiry_follow_the_table() -> None:
    collection = a_collection(point_in_time_recovery=False, provider_config={"default_ttl": 60})
    assert collection["continuous_backup"] is False
    assert collection["default_ttl"] == 60


@pytest.mark.parametrize(
    ("kind", "component", "options", "field"),
    [
        (
            "cluster",
            {"cluster_version": "1.34", "instance_types": ["Standard_B2s"]},
            {"enable_karpenter": True},
            "cluster.provider_config.enable_karpenter",
        ),
        ("dns", {"domain_name": "a.example.com"}, {"waf_mode": 1}, "dns.provider_config.waf_mode"),
    ],
)
def test_an_option_that_means_nothing_is_refused_by_name(
    kind: str, component: dict[str, Any], options: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        tfvars(**{kind: {**component, "provider_config": options}})
    assert [problem.field for problem in refusal.value.problems] == [field]
