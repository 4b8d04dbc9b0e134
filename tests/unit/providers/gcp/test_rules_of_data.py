"""What GCP would refuse of what holds data, said at the field that is wrong."""

from typing import Any

import pytest

from tests.support.gcp_specs import refusals


def a_database(**changes: Any) -> dict[str, Any]:
    sizes = {"min_capacity": 2, "max_capacity": 2}
    return {"name": "orders", "engine": "postgresql", "engine_version": "17", **sizes, **changes}


def a_database_with(**options: Any) -> dict[str, Any]:
    return a_database(provider_config=options)


def a_cache(**changes: Any) -> dict[str, Any]:
    return {
        "name": "pages",
        "engine": "redis",
        "engine_version": "7.2",
        "node_type": "redis-1gb",
        **changes,
    }


def a_table(**changes: Any) -> dict[str, Any]:
    return {"name": "carts", "hash_key": "id", **changes}


def a_global_table(*replicas: str) -> dict[str, Any]:
    return a_table(table_type="global", global_replicas=list(replicas))


def a_bucket(**changes: Any) -> dict[str, Any]:
    return {"name": "assets", **changes}


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # Databases
    ("an engine of AWS", {"databases": [a_database(engine="aurora-mysql")]}, "databases[0].engine", "mysql"),
    (
        "an old version",
        {"databases": [a_database(engine_version="9.6")]},
        "databases[0].engine_version",
        "17, 18",
    ),
    ("another port", {"databases": [a_database(port=5433)]}, "databases[0].port", "5432 only"),
    (
        "a range of capacities",
        {"databases": [a_database(min_capacity=0.5, max_capacity=4)]},
        "databases[0].min_capacity",
        "one size, not a range",
    ),
    (
        "a capacity between two machines",
        {"databases": [a_database(min_capacity=3, max_capacity=3)]},
        "databases[0].max_capacity",
        "1, 2, 4, 8",
    ),
    (
        "a half",
        {"databases": [a_database(min_capacity=0.5, max_capacity=0.5)]},
        "databases[0].max_capacity",
        "no machine of 0.5 units",
    ),
    (
        "a machine that is none",
        {"databases": [a_database_with(tier="large")]},
        "databases[0].provider_config.tier",
        "db-custom-2-8192",
    ),
    (
        "an odd number of processors",
        {"databases": [a_database_with(tier="db-custom-3-8192")]},
        "databases[0].provider_config.tier",
        "even number",
    ),
    (
        "too little memory",
        {"databases": [a_database_with(tier="db-custom-1-2048")]},
        "databases[0].provider_config.tier",
        "3840 at least",
    ),
    (
        "too much memory for its processors",
        {"databases": [a_database_with(tier="db-custom-1-8192")]},
        "databases[0].provider_config.tier",
        "6656 MiB",
    ),
    (
        "a custom machine without its memory",
        {"databases": [a_database_with(tier="db-custom-2")]},
        "databases[0].provider_config.tier",
        "db-custom-<vCPU>-<MiB>",
    ),
    (
        "a disk too small",
        {"databases": [a_database_with(storage_gb=5)]},
        "databases[0].provider_config.storage_gb",
        "between 10 and 65536",
    ),
    (
        "a disk too large for a shared processor",
        {"databases": [a_database_with(storage_gb=4000, tier="db-g1-small")]},
        "databases[0].provider_config.storage_gb",
        "3062 on db-g1-small",
    ),
    (
        "fewer than no replicas",
        {"databases": [a_database_with(read_replicas=-1)]},
        "databases[0].provider_config.read_replicas",
        "between 0 and 20",
    ),
    (
        "a number in words",
        {"databases": [a_database_with(storage_gb="much")]},
        "databases[0].provider_config.storage_gb",
        "a whole number",
    ),
    # Caches
    ("Valkey", {"caches": [a_cache(engine="valkey", engine_version="8.0")]}, "caches[0].engine", "redis"),
    ("a version of AWS", {"caches": [a_cache(engine_version="7.1")]}, "caches[0].engine_version", "7.2"),
    (
        "a node of AWS",
        {"caches": [a_cache(node_type="cache.t4g.micro")]},
        "caches[0].node_type",
        "redis-1gb",
    ),
    (
        "two replicas of too small a cache",
        {"caches": [a_cache(node_type="redis-4gb", num_cache_nodes=3)]},
        "caches[0].num_cache_nodes",
        "redis-5gb",
    ),
    (
        "a cache for some networks",
        {"caches": [a_cache(allowed_cidr_blocks=["10.0.0.0/24"])]},
        "caches[0].allowed_cidr_blocks",
        "the whole network",
    ),
    # Tables and buckets
    (
        "provisioned capacity",
        {"nosql_tables": [a_table(billing_mode="PROVISIONED")]},
        "nosql_tables[0].billing_mode",
        "PAY_PER_REQUEST",
    ),
    (
        "copies in regions",
        {"nosql_tables": [a_global_table("europe-west3")]},
        "nosql_tables[0].global_replicas",
        "exactly one of eur3 (Europe), nam5 (United States)",
    ),
    (
        "two multi-regions",
        {"nosql_tables": [a_global_table("eur3", "nam5")]},
        "nosql_tables[0].global_replicas",
        "exactly one",
    ),
    (
        "a key that Firestore keeps to itself",
        {"nosql_tables": [a_table(hash_key="__id__")]},
        "nosql_tables[0].hash_key",
        "__ at both ends",
    ),
    (
        "an expiry without a field",
        {"nosql_tables": [a_table(provider_config={"ttl_attribute": ""})]},
        "nosql_tables[0].provider_config.ttl_attribute",
        "name one",
    ),
    (
        "an origin with a path",
        {"storage_buckets": [a_bucket(cors_origins=["https://a.example.com/x"])]},
        "storage_buckets[0].cors_origins[0]",
        "without a path",
    ),
    (
        "an origin with a wildcard",
        {"storage_buckets": [a_bucket(cors_origins=["https://*.example.com"])]},
        "storage_buckets[0].cors_origins[0]",
        "wildcards",
    ),
    # Names
    ("a dot in a database", {"databases": [a_database(name="a.b")]}, "databases[0].name", "hyphens"),
    ("a hyphen at a cache's end", {"caches": [a_cache(name="a-")]}, "caches[0].name", "at the end"),
    ("an underscore in a table", {"nosql_tables": [a_table(name="a_b")]}, "nosql_tables[0].name", "hyphens"),
    (
        "an underscore in a registry",
        {"container_registries": [{"name": "a_b"}]},
        "container_registries[0].name",
        "hyphens",
    ),
    ("a dot in a bucket", {"storage_buckets": [a_bucket(name="a.b")]}, "storage_buckets[0].name", "use"),
    ("a dot in a secret", {"secrets": [{"name": "a.b"}]}, "secrets[0].name", "underscores"),
]


@pytest.mark.parametrize(
    ("changes", "field", "way_out"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_it_is_refused_at_its_field(changes: dict[str, Any], field: str, way_out: str) -> None:
    problems = refusals(**changes)
    assert field in problems
    assert way_out in problems[field]


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("the engine's own port", {"databases": [a_database(port=5432)]}),
    (
        "a shared processor in two zones",
        {"databases": [{**a_database_with(tier="db-g1-small"), "multi_az": True}]},
    ),
    ("a machine of Enterprise Plus", {"databases": [a_database_with(tier="db-perf-optimized-N-4")]}),
    ("two nodes of a small cache", {"caches": [a_cache(num_cache_nodes=2, multi_az=True)]}),
    ("six nodes", {"caches": [a_cache(node_type="redis-5gb", num_cache_nodes=6)]}),
    ("any origin", {"storage_buckets": [a_bucket(cors_origins=["*"])]}),
    ("a key of any name", {"nosql_tables": [a_table(hash_key="user-id", range_key="__at")]}),
]


@pytest.mark.parametrize("changes", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_what_would_work_is_not_refused(changes: dict[str, Any]) -> None:
    assert refusals(**changes) == {}
