"""What single fields may hold on Azure: one table, in the order of the form."""

from collections.abc import Iterator

from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from .. import resource_ids
from ..catalogue import (
    CACHE_NODE_TYPES,
    KUBERNETES_VERSIONS,
    REDIS,
    REGIONS,
    SUBSCRIPTION_PROTOCOLS,
)
from ..sizes import MACHINES
from .table import Rule, between, broken, matching, one_of, repeated

GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

TOO_SMALL_FOR_AKS = (
    *("Standard_A0", "Standard_A1", "Standard_A1_v2", "Standard_A2", "Standard_B1ls", "Standard_B1s"),
    *("Standard_B1ms", "Standard_D1", "Standard_D1_v2", "Standard_DS1", "Standard_DS1_v2"),
    *("Standard_F1", "Standard_F1s"),
)
"""VM sizes with less than the two processors that a node of AKS needs."""

_WORDS = r"[a-z0-9]+(-[a-z0-9]+)*"
_DOTTED = r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?"
_IN_WORDS = "use small letters, digits and single hyphens, with a letter or digit at the end"


def _offered(field: str, values: tuple[str, ...], what: str = "") -> Rule:
    return Rule(field, one_of(values), f"{what}{{value!r}} is not offered; choose one of {', '.join(values)}")


RULES = (
    _offered("region", tuple(REGIONS)),
    # Network and DNS
    Rule(
        "network.network_id",
        lambda value: resource_ids.VIRTUAL_NETWORK.fullmatch(value) is not None,
        f"must be the resource id of a virtual network, such as {resource_ids.OF_A_NETWORK}",
    ),
    *(
        Rule(
            f"network.{field}",
            lambda value: resource_ids.SUBNET.fullmatch(value) is not None,
            f"must be the resource id of a subnet, such as {resource_ids.OF_A_SUBNET}",
        )
        for field in ("private_subnet_ids", "public_subnet_ids")
    ),
    Rule(
        "dns.zone_id",
        lambda value: resource_ids.zone_of(value) is not None,
        f"must be the resource id of a DNS zone, such as {resource_ids.OF_A_ZONE}",
    ),
    Rule(
        "dns.provider_config.waf_mode",
        one_of(("Prevention", "Detection")),
        "must be Prevention, which turns requests away, or Detection, which only logs them",
    ),
    # Cluster
    _offered("cluster.cluster_version", KUBERNETES_VERSIONS, "Kubernetes "),
    Rule(
        "cluster.instance_types",
        matching(r"Standard_[A-Z][A-Za-z0-9-]*(_[A-Za-z0-9]+)*"),
        "{value!r} is no VM size; write for example Standard_D2s_v5",
    ),
    Rule(
        "cluster.instance_types",
        lambda value: value not in TOO_SMALL_FOR_AKS,
        "{value} has fewer than the two processors that a node of AKS needs; use for example Standard_B2s",
    ),
    Rule(
        "cluster.node_min_size",
        between(1, 1000),
        "AKS keeps its own services on the first pool, which can't be empty; choose at least 1",
    ),
    Rule("cluster.node_disk_size_gb", between(30, 2048), "a node of AKS has a disk of 30 to 2048 GiB"),
    Rule(
        "cluster.cluster_admins",
        matching(GUID),
        "must be the object id of a group in Entra ID, such as 11111111-2222-3333-4444-555555555555; "
        "a person administers the cluster by being in such a group",
    ),
    Rule(
        "cluster.provider_config.node_pool_name",
        matching(r"[a-z][a-z0-9]{0,9}"),
        "a node pool's name has small letters and digits only, at most 12, and two are kept for the number "
        "of further pools; use at most 10",
    ),
    Rule(
        "cluster.provider_config.sku_tier",
        one_of(("Free", "Standard", "Premium")),
        "must be Free, Standard or Premium",
    ),
    # Databases
    _offered("databases.engine", tuple(MACHINES)),
    # Caches
    Rule("caches.engine", one_of((REDIS.name,)), "Azure Managed Redis runs redis only; choose redis"),
    _offered("caches.node_type", tuple(CACHE_NODE_TYPES)),
    # Messages
    *(
        Rule(
            f"{field}.name",
            matching(_DOTTED),
            "Service Bus would refuse the name {value!r}; end it with a small letter or digit",
        )
        for field in ("queues", "topics")
    ),
    Rule(
        "queues.visibility_timeout",
        between(1, 300),
        "Service Bus locks a message for 1 to 300 seconds (PT5M); choose at most 300, and let a reader that "
        "needs longer renew its lock",
    ),
    Rule(
        "queues.delay_seconds",
        one_of((0,)),
        "a queue of Service Bus delays nothing by itself; set this to 0 and let senders schedule messages",
    ),
    _offered("topics.subscriptions.protocol", SUBSCRIPTION_PROTOCOLS),
    # Tables
    *(
        Rule(
            f"nosql_tables.{field}",
            matching(r"[^\s/\"'\\]+"),
            "{value!r} can't be a path in Cosmos DB; use a key without slashes, quotes and white space",
        )
        for field in ("hash_key", "range_key")
    ),
    *(
        Rule(
            f"nosql_tables.{field}",
            one_of(("S", "N")),
            "Cosmos DB keeps JSON, which has no bytes; choose S (and write them as base64) or N",
        )
        for field in ("hash_key_type", "range_key_type")
    ),
    _offered("nosql_tables.global_replicas", tuple(REGIONS)),
    Rule(
        "nosql_tables.provider_config.throughput",
        lambda value: not isinstance(value, int) or (400 <= value <= 1_000_000 and value % 100 == 0),
        "throughput is in RU/s: hundreds, from 400 to 1000000",
    ),
    Rule(
        "nosql_tables.provider_config.max_throughput",
        lambda value: not isinstance(value, int) or (1000 <= value <= 1_000_000 and value % 1000 == 0),
        "max_throughput is in RU/s: thousands, from 1000 to 1000000",
    ),
    Rule(
        "nosql_tables.provider_config.default_ttl",
        lambda value: not isinstance(value, int) or value == -1 or 1 <= value <= 2**31 - 1,
        "default_ttl is seconds, at least 1; or -1, for items that say themselves when they expire",
    ),
    # Images, objects and secrets
    Rule(
        "container_registries.image_tag_mutability",
        one_of(("MUTABLE",)),
        "Azure Container Registry can't keep new tags from being moved; choose MUTABLE and deploy by digest",
    ),
    Rule(
        "container_registries.scan_on_push",
        one_of((False,)),
        "on Azure, Defender for Containers scans, and it is switched on for a whole subscription, not for a "
        "registry; set this to false",
    ),
    Rule(
        "storage_buckets.name",
        matching(_WORDS),
        f"Azure would refuse {{value!r}} for a blob container; {_IN_WORDS}",
    ),
    Rule(
        "storage_buckets.cors_origins",
        matching(r"\*|https?://[^/\s*]*\*?[^/\s*]+"),
        "{value!r} is no origin; write for example https://shop.example.com, without a path",
    ),
    Rule(
        "secrets.name",
        matching(r"[a-z0-9-]+"),
        "Key Vault would refuse the name {value!r}; use small letters, digits and hyphens",
    ),
)
"""What a single field may hold."""

WITHOUT_REPEATS = (
    *("network.private_subnet_ids", "network.public_subnet_ids", "network.allowed_cidr_blocks"),
    *("cluster.instance_types", "cluster.cluster_admins"),
    *("caches.allowed_cidr_blocks", "nosql_tables.global_replicas"),
)
"""Lists in which nothing stands twice."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    yield from broken(RULES, config)
    yield from repeated(WITHOUT_REPEATS, config)
