"""Configurations for AWS, for tests of the provider and of its template.

``a_form_for_aws()`` has two of every component that a spec can have many of, and nothing that AWS would
refuse; say what the test is about. ``frozen(form)`` is the same as a runner gets it.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.spec import SpecForm
from chalicelib.domain.spec_config import Owner, SpecConfig

ACCOUNT = "123456789012"
OWNER = Owner(zone_id="zone-1", spec_id="spec-1")


def a_form_for_aws(**changes: Any) -> dict[str, Any]:
    """The raw body of a spec with two of everything."""
    body: dict[str, Any] = {
        "project_name": "shop",
        "environment_stage": "development",
        "region": "eu-west-1",
        "network": {
            "cidr_block": "10.20.0.0/16",
            "single_nat_gateway": False,
            "allowed_cidr_blocks": ["203.0.113.0/24"],
        },
        "cluster": {
            "cluster_version": "1.32",
            "instance_types": ["t3.medium", "t3a.medium"],
            "cluster_admins": [
                f"arn:aws:iam::{ACCOUNT}:role/platform",
                f"arn:aws:iam::{ACCOUNT}:user/ops/ada",
            ],
            "provider_config": {"enable_karpenter": True},
        },
        "dns": {
            "domain_name": "shop.example.com",
            "waf_enabled": True,
            "provider_config": {"cloudfront_waf_enabled": True},
        },
        "repositories": {"apps_destination_repo": "https://git.example.com/shop/apps"},
        "databases": [
            {"name": "orders", "engine": "aurora-postgresql", "engine_version": "16.8", "multi_az": True},
            {
                "name": "legacy",
                "engine": "aurora-mysql",
                "engine_version": "8.0.mysql_aurora.3.08.2",
                "port": 3307,
                "iam_auth": True,
            },
        ],
        "caches": [
            {"name": "sessions", "engine": "valkey", "engine_version": "8.0", "node_type": "cache.t4g.micro"},
            {
                "name": "pages",
                "engine": "redis",
                "engine_version": "7.1",
                "node_type": "cache.t4g.small",
                "num_cache_nodes": 3,
                "multi_az": True,
                "allowed_cidr_blocks": ["10.99.0.0/16"],
            },
        ],
        "queues": [
            {"name": "mails", "dead_letter": {"max_receive_count": 5}},
            {"name": "billing.fifo", "fifo": True, "dead_letter": {"max_receive_count": 3}},
        ],
        "topics": [
            {
                "name": "events",
                "subscriptions": [
                    {"protocol": "sqs", "endpoint": "mails"},
                    {"protocol": "email", "endpoint": "ops@example.com"},
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
                "billing_mode": "PROVISIONED",
                "provider_config": {"read_capacity": 2, "write_capacity": 3},
            },
            {
                "name": "users",
                "table_type": "global",
                "hash_key": "id",
                "global_replicas": ["eu-central-1", "us-east-1"],
            },
            {"name": "prefs", "table_type": "global", "hash_key": "id", "global_replicas": ["us-east-1"]},
        ],
        "container_registries": [{"name": "api"}, {"name": "web", "image_tag_mutability": "MUTABLE"}],
        "storage_buckets": [
            {"name": "assets", "public_access": True, "cors_origins": ["https://shop.example.com"]},
            {"name": "invoices"},
        ],
        "secrets": [{"name": "session-key"}, {"name": "stripe", "generate": False}],
    }
    return {**body, **changes}


def form(body: Mapping[str, Any]) -> SpecForm:
    """A body, validated as the API does it."""
    return SpecForm.model_validate(body)


def frozen(body: Mapping[str, Any]) -> SpecConfig:
    """A body as the runner reads it back from its snapshot."""
    fields = form(body).model_dump(mode="json", exclude={"cloud_identity"})
    return SpecConfig.model_validate({**fields, "account_id": ACCOUNT})
