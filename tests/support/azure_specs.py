"""Configurations for Azure, for tests of the provider and of its template.

``a_form_for_azure()`` has two of every component that a spec can have many of, and nothing that Azure would
refuse; say what the test is about. ``frozen(form)`` is the same as a runner gets it. ``SHAPES`` are whole
forms, each of another shape, that every tool which reads the template's variables must take.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.components import COLLECTIONS, SINGLETONS
from chalicelib.domain.spec import SpecForm
from chalicelib.domain.spec_config import Owner, SpecConfig

SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"
GROUP = "d3c0ffee-0000-4000-8000-00000000beef"
OTHER_GROUP = "d3c0ffee-0000-4000-8000-00000000cafe"
OWNER = Owner(zone_id="zone-1", spec_id="spec-1")

VNET = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/platform/providers/Microsoft.Network/virtualNetworks/main"
)
DNS_ZONE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/platform/providers/Microsoft.Network/dnszones/example.com"
)


def a_form_for_azure(**changes: Any) -> dict[str, Any]:
    """The raw body of a spec with two of everything."""
    body: dict[str, Any] = {
        "project_name": "shop",
        "environment_stage": "development",
        "provider": "azure",
        "region": "northeurope",
        "network": {
            "cidr_block": "10.20.0.0/16",
            "single_nat_gateway": False,
            "allowed_cidr_blocks": ["203.0.113.0/24"],
        },
        "cluster": {
            "cluster_version": "1.34",
            "instance_types": ["Standard_B2s", "Standard_D2ps_v5"],
            "cluster_admins": [GROUP, OTHER_GROUP],
            "provider_config": {"sku_tier": "Standard", "node_pool_name": "first"},
        },
        "dns": {
            "domain_name": "shop.example.com",
            "waf_enabled": True,
            "provider_config": {"waf_mode": "Detection"},
        },
        "repositories": {"apps_destination_repo": "https://git.example.com/shop/apps"},
        "databases": [
            {
                "name": "orders",
                "engine": "postgresql",
                "engine_version": "16",
                "min_capacity": 4,
                "max_capacity": 4,
                "iam_auth": True,
                "multi_az": True,
                "deletion_protection": True,
            },
            {
                "name": "legacy",
                "engine": "mysql",
                "engine_version": "8.0.21",
                "min_capacity": 1,
                "max_capacity": 1,
                "port": 3306,
                "backup_retention_days": 3,
                "provider_config": {"storage_gb": 100, "geo_redundant_backup": True},
            },
        ],
        "caches": [
            {"name": "sessions", "engine": "redis", "engine_version": "7.4", "node_type": "Balanced_B0"},
            {
                "name": "pages",
                "engine": "redis",
                "engine_version": "7.4",
                "node_type": "MemoryOptimized_M50",
                "num_cache_nodes": 2,
                "multi_az": True,
                "allowed_cidr_blocks": ["10.99.0.0/16"],
            },
        ],
        "queues": [
            {"name": "mails", "visibility_timeout": 60, "dead_letter": {"max_receive_count": 5}},
            {"name": "billing.fifo", "fifo": True},
        ],
        "topics": [
            {
                "name": "events",
                "subscriptions": [
                    {"protocol": "queue", "endpoint": "mails"},
                    {"protocol": "subscription", "endpoint": "audit"},
                ],
            },
            {"name": "alerts"},
        ],
        "nosql_tables": [
            {"name": "carts", "hash_key": "id", "provider_config": {"default_ttl": -1}},
            {
                "name": "visits",
                "hash_key": "id",
                "range_key": "at",
                "range_key_type": "N",
                "billing_mode": "PROVISIONED",
                "provider_config": {"throughput": 500},
            },
            {
                "name": "users",
                "table_type": "global",
                "hash_key": "id",
                "global_replicas": ["westeurope", "eastus"],
                "provider_config": {"max_throughput": 2000},
            },
            {
                "name": "prefs",
                "table_type": "global",
                "hash_key": "id",
                "global_replicas": ["eastus"],
                "point_in_time_recovery": False,
            },
        ],
        "container_registries": [
            {"name": "api", "image_tag_mutability": "MUTABLE", "scan_on_push": False},
            {"name": "web", "image_tag_mutability": "MUTABLE", "scan_on_push": False},
        ],
        "storage_buckets": [
            {"name": "assets", "public_access": True, "cors_origins": ["https://shop.example.com"]},
            {"name": "invoices"},
        ],
        "secrets": [{"name": "session-key"}, {"name": "stripe", "generate": False}],
    }
    return {**body, **changes}


def a_bare_form(**changes: Any) -> dict[str, Any]:
    """The raw body of a spec without any component."""
    body = {
        "project_name": "shop",
        "environment_stage": "development",
        "provider": "azure",
        "region": "northeurope",
    }
    return {**body, **changes}


def an_existing_network(**changes: Any) -> dict[str, Any]:
    """The network of a spec that makes none."""
    network = {
        "provision_network": False,
        "network_id": VNET,
        "private_subnet_ids": [f"{VNET}/subnets/private"],
        "public_subnet_ids": [f"{VNET}/subnets/gateway"],
    }
    return {**network, **changes}


def form(body: Mapping[str, Any]) -> SpecForm:
    """A body, validated as the API does it."""
    return SpecForm.model_validate(body)


def frozen(body: Mapping[str, Any]) -> SpecConfig:
    """A body as the runner reads it back from its snapshot."""
    fields = form(body).model_dump(mode="json", exclude={"cloud_identity"})
    return SpecConfig.model_validate({**fields, "account_id": SUBSCRIPTION})


def _alone() -> dict[str, dict[str, Any]]:
    """Each kind of component alone; with a network only where it can't stand without one."""
    every = a_form_for_azure()
    in_a_network = {"cluster", "databases", "caches"}
    messages = {"queues": every["queues"]}
    return {
        f"{field} alone": a_bare_form(
            **({"network": every["network"]} if field in in_a_network else {}),
            **(messages if field == "topics" else {}),
            **{field: every[field]},
        )
        for field in (*SINGLETONS.values(), *COLLECTIONS.values())
    }


SHAPES: dict[str, dict[str, Any]] = {
    "none": a_bare_form(),
    "two of each": a_form_for_azure(),
    "staging": a_form_for_azure(environment_stage="staging"),
    "production": a_form_for_azure(environment_stage="production"),
    "existing network": a_form_for_azure(network=an_existing_network()),
    "existing network without a gateway's subnet": a_bare_form(
        network=an_existing_network(public_subnet_ids=[]),
        dns={"domain_name": "shop.example.com", "waf_enabled": True},
    ),
    "existing dns zone": a_bare_form(dns={"domain_name": "shop.example.com", "zone_id": DNS_ZONE}),
    "firewall without a zone": a_bare_form(
        network={}, dns={"domain_name": "shop.example.com", "enabled": False, "waf_enabled": True}
    ),
    "private cluster, one nat gateway": a_bare_form(network={}, cluster=a_form_for_azure()["cluster"]),
    **_alone(),
}
"""What it is → a raw form of that shape."""
