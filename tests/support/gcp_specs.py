"""Configurations for GCP, for tests of the provider and of its template.

``a_form_for_gcp()`` has two of every component that a spec can have many of, and nothing that GCP would
refuse; say what the test is about. ``frozen(form)`` is the same as a runner gets it. ``SHAPES`` are the specs
that the template must plan: each kind alone, none, all, two of each, any way to have a network or cluster.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.spec import SpecForm
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.providers.gcp import GCP

PROJECT = "shop-123456"
OWNER = Owner(zone_id="zone-1", spec_id="spec-1")


def a_form_for_gcp(**changes: Any) -> dict[str, Any]:
    """The raw body of a spec with two of everything."""
    body: dict[str, Any] = {
        **a_bare_form_for_gcp(),
        "network": {
            "cidr_block": "10.20.0.0/16",
            "single_nat_gateway": False,
            "allowed_cidr_blocks": ["203.0.113.0/24"],
        },
        "cluster": {
            "cluster_version": "1.35",
            "instance_types": ["e2-standard-2"],
            "cluster_admins": ["group:platform@example.com", "user:ada@example.com"],
            "provider_config": {"deletion_protection": True},
        },
        "dns": {
            "domain_name": "shop.example.com",
            "waf_enabled": True,
            "provider_config": {"dnssec": False},
        },
        "repositories": {"apps_destination_repo": "https://git.example.com/shop/apps"},
        "databases": [
            {
                "name": "orders",
                "engine": "postgresql",
                "engine_version": "17",
                "min_capacity": 4,
                "max_capacity": 4,
                "multi_az": True,
                "deletion_protection": True,
            },
            {
                "name": "legacy",
                "engine": "mysql",
                "engine_version": "8.0",
                "min_capacity": 1,
                "max_capacity": 1,
                "port": 3306,
                "iam_auth": True,
                "provider_config": {"tier": "db-custom-4-15360", "storage_gb": 50, "read_replicas": 2},
            },
        ],
        "caches": [
            {"name": "sessions", "engine": "redis", "engine_version": "7.2", "node_type": "redis-1gb"},
            {
                "name": "pages",
                "engine": "redis",
                "engine_version": "7.0",
                "node_type": "redis-6gb",
                "num_cache_nodes": 3,
                "multi_az": True,
            },
        ],
        "queues": [
            {"name": "mails", "dead_letter": {"max_receive_count": 5}},
            {"name": "billing.fifo", "fifo": True, "visibility_timeout": 60, "message_retention": 600},
        ],
        "topics": [
            {
                "name": "events",
                "subscriptions": [
                    {"protocol": "pull", "endpoint": "audit"},
                    {"protocol": "push", "endpoint": "https://hooks.example.com/events"},
                ],
            },
            {"name": "alerts"},
        ],
        "nosql_tables": [
            {"name": "carts", "hash_key": "id", "provider_config": {"ttl_attribute": "expires"}},
            {
                "name": "visits",
                "hash_key": "id",
                "range_key": "at",
                "range_key_type": "N",
                "point_in_time_recovery": False,
                "provider_config": {"deletion_protection": True},
            },
            {"name": "users", "table_type": "global", "hash_key": "id", "global_replicas": ["eur3"]},
            {"name": "prefs", "table_type": "global", "hash_key": "id", "global_replicas": ["nam5"]},
        ],
        "container_registries": [
            {"name": "api"},
            {"name": "web", "image_tag_mutability": "MUTABLE", "scan_on_push": False},
        ],
        "storage_buckets": [
            {"name": "assets", "public_access": True, "cors_origins": ["https://shop.example.com"]},
            {"name": "invoices", "encryption": False, "versioning": False},
        ],
        "secrets": [{"name": "session-key"}, {"name": "stripe", "generate": False}],
    }
    return {**body, **changes}


def a_bare_form_for_gcp(**changes: Any) -> dict[str, Any]:
    """The raw body of a spec without any component."""
    body = {
        "provider": "gcp",
        "project_name": "shop",
        "environment_stage": "development",
        "region": "europe-west1",
    }
    return {**body, **changes}


AN_EXISTING_NETWORK = {
    "provision_network": False,
    "network_id": "backbone",
    "private_subnet_ids": ["backbone-europe-west1"],
}

AUTOPILOT = {
    "cluster_version": "1.35",
    "instance_types": ["e2-medium"],
    "provider_config": {"enable_autopilot": True},
}


def _shapes() -> dict[str, dict[str, Any]]:
    """Name → raw form, each of which GCP accepts."""
    full = a_form_for_gcp()
    network = {"network": full["network"]}
    existing = {"network": AN_EXISTING_NETWORK}
    needs_network = {"cluster", "databases", "caches"}
    singles = ("network", "cluster", "dns", "repositories")
    alone = {
        field: a_bare_form_for_gcp(
            **(network if field in needs_network else {}),
            **{field: full[field] if field in singles else full[field][:1]},
        )
        for field in (*singles, *COLLECTIONS.values())
    }
    stages = {
        stage: a_form_for_gcp(environment_stage=stage) for stage in ("development", "staging", "production")
    }
    return {
        "nothing": a_bare_form_for_gcp(),
        **{f"{field} alone": form for field, form in alone.items()},
        "one of each": a_form_for_gcp(**{field: full[field][:1] for field in COLLECTIONS.values()}),
        "a global table": a_bare_form_for_gcp(nosql_tables=full["nosql_tables"][2:3]),
        "a table with a range key": a_bare_form_for_gcp(nosql_tables=full["nosql_tables"][1:2]),
        "an existing network": a_form_for_gcp(**existing),
        "an existing network with ranges": a_bare_form_for_gcp(
            **existing,
            cluster={
                **full["cluster"],
                "provider_config": {"pods_range_name": "pods", "services_range_name": "services"},
            },
        ),
        "a network of another project": a_form_for_gcp(
            network={
                "provision_network": False,
                "network_id": "projects/network-host/global/networks/backbone",
                "private_subnet_ids": ["projects/network-host/regions/europe-west1/subnetworks/shop"],
            }
        ),
        "autopilot": a_form_for_gcp(cluster=AUTOPILOT),
        "autopilot in an existing network": a_bare_form_for_gcp(**existing, cluster=AUTOPILOT),
        "arm": a_bare_form_for_gcp(
            **network,
            region="asia-southeast1",
            cluster={**full["cluster"], "instance_types": ["t2a-standard-2"]},
        ),
        "a small cache with a standby": a_bare_form_for_gcp(
            network={}, caches=[{**full["caches"][0], "num_cache_nodes": 2, "multi_az": True}]
        ),
        "a private endpoint": a_bare_form_for_gcp(network={}, cluster=full["cluster"]),
        "an existing zone": a_bare_form_for_gcp(dns={**full["dns"], "zone_id": "shop-example-com"}),
        "a firewall alone": a_bare_form_for_gcp(
            dns={"domain_name": "shop.example.com", "enabled": False, "waf_enabled": True}
        ),
        "the longest names": a_form_for_gcp(
            project_name="p" * 32,
            **{
                field: [{**full[field][0], "name": "n" * 63}, {**full[field][0], "name": "n" * 62 + "m"}]
                for field in COLLECTIONS.values()
            },
        ),
        **{f"two of each in {stage}": form for stage, form in stages.items()},
    }


SHAPES = _shapes()
"""Name → raw form, each of which GCP accepts."""


def form(body: Mapping[str, Any]) -> SpecForm:
    """A body, validated as the API does it."""
    return SpecForm.model_validate(body)


def frozen(body: Mapping[str, Any]) -> SpecConfig:
    """A body as the runner reads it back from its snapshot."""
    fields = form(body).model_dump(mode="json", exclude={"cloud_identity"})
    return SpecConfig.model_validate({**fields, "account_id": PROJECT})


def refusals(**changes: Any) -> dict[str, str]:
    """Field → message of everything that GCP would refuse of a bare form with `changes`."""
    return {problem.field: problem.message for problem in GCP.validate(form(a_bare_form_for_gcp(**changes)))}
