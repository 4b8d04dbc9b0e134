"""What Azure would refuse is said before terraform starts, at the field that is wrong."""

from typing import Any

import pytest

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from tests.support.azure_specs import GROUP, SHAPES, VNET, a_form_for_azure, an_existing_network, form

AZURE = registry[CloudProvider.AZURE]

ELSEWHERE = VNET.replace("/main", "/other")
ZONES = VNET.rsplit("/", 2)[0]


def problems_of(**changes: Any) -> dict[str, str]:
    found = AZURE.validate(form(a_form_for_azure(**changes)))
    return {problem.field: problem.message for problem in found}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_spec_of_each_shape_is_fine(shape: str) -> None:
    assert AZURE.validate(form(SHAPES[shape])) == []


def test_all_faults_are_told_at_once() -> None:
    caches = [a_cache(engine_version="9"), a_cache(name="b", node_type="big")]
    assert problems_of(region="mars", caches=caches).keys() == {
        *("region", "caches[0].engine_version", "caches[1].node_type")
    }


def a_database(**changes: Any) -> dict[str, Any]:
    sized = {"min_capacity": 4, "max_capacity": 4}
    return {"name": "orders", "engine": "postgresql", "engine_version": "16", **sized, **changes}


def a_mysql(**changes: Any) -> dict[str, Any]:
    return a_database(**{"engine": "mysql", "engine_version": "8.0.21", **changes})


def a_machine(sku_name: str, **changes: Any) -> dict[str, Any]:
    return a_database(**changes, provider_config={"sku_name": sku_name})


def a_cache(**changes: Any) -> dict[str, Any]:
    node = {"node_type": "Balanced_B0"}
    return {"name": "pages", "engine": "redis", "engine_version": "7.4", **node, **changes}


def a_cluster(**changes: Any) -> dict[str, Any]:
    return {"cluster_version": "1.34", "instance_types": ["Standard_B2s"], **changes}


def a_domain(**changes: Any) -> dict[str, Any]:
    return {"domain_name": "shop.example.com", **changes}


def a_queue(**changes: Any) -> dict[str, Any]:
    return {"topics": [], "queues": [{"name": "mails", **changes}]}


def a_topic(*endpoints: str, protocol: str = "subscription", name: str = "news") -> dict[str, Any]:
    subscriptions = [{"protocol": protocol, "endpoint": endpoint} for endpoint in endpoints]
    return {"topics": [{"name": name, "subscriptions": subscriptions}]}


def a_table(**changes: Any) -> dict[str, Any]:
    return {"nosql_tables": [{"name": "carts", "hash_key": "id", **changes}]}


def a_global_table(*replicas: str, **changes: Any) -> dict[str, Any]:
    return a_table(table_type="global", global_replicas=list(replicas), **changes)


def a_registry(**changes: Any) -> dict[str, Any]:
    made = {"name": "api", "image_tag_mutability": "MUTABLE", "scan_on_push": False}
    return {"container_registries": [{**made, **changes}]}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    # what is asked for, the field at fault, what the message must help with
    ({"region": "northpole"}, "region", "northeurope"),
    # network
    ({"network": {"cidr_block": "10.0.0.0/24"}}, "network.cidr_block", "between /16 and /22"),
    ({"network": {"cidr_block": "10.0.0.0/8"}}, "network.cidr_block", "between /16 and /22"),
    ({"network": {"cidr_block": "fd00::/16"}}, "network.cidr_block", "IPv4"),
    ({"network": {"cidr_block": "169.254.0.0/20"}}, "network.cidr_block", "10.0.0.0/16"),
    ({"network": {"cidr_block": "172.31.0.0/16"}}, "network.cidr_block", "AKS uses inside"),
    ({"network": {"cidr_block": "100.80.0.0/16"}}, "network.cidr_block", "pods and services"),
    (
        {"network": {"private_subnet_ids": [f"{VNET}/subnets/a"]}},
        "network.private_subnet_ids",
        "network_id",
    ),
    (
        {"network": an_existing_network(network_id="main")},
        "network.network_id",
        "/virtualNetworks/main",
    ),
    ({"network": an_existing_network(private_subnet_ids=[])}, "network.private_subnet_ids", "at least one"),
    (
        {"network": an_existing_network(public_subnet_ids=["gateway"])},
        "network.public_subnet_ids[0]",
        "/subnets/private",
    ),
    (
        {"network": an_existing_network(private_subnet_ids=["private"])},
        "network.private_subnet_ids[0]",
        "/subnets/private",
    ),
    (
        {"network": an_existing_network(public_subnet_ids=[f"{VNET}/subnets/a"] * 2)},
        "network.public_subnet_ids[1]",
        "already",
    ),
    (
        {"network": an_existing_network(private_subnet_ids=[f"{ELSEWHERE}/subnets/a"])},
        "network.private_subnet_ids[0]",
        "another network",
    ),
    (
        {"network": an_existing_network(private_subnet_ids=[f"{VNET}/subnets/a"] * 2)},
        "network.private_subnet_ids[1]",
        "already",
    ),
    (
        {"network": an_existing_network(public_subnet_ids=[f"{VNET}/subnets/private"])},
        "network.public_subnet_ids[0]",
        "to itself",
    ),
    ({"network": {"allowed_cidr_blocks": ["10.1.0.0/16"]}}, "network.allowed_cidr_blocks[0]", "public one"),
    ({"network": {"allowed_cidr_blocks": ["2001:db8::/32"]}}, "network.allowed_cidr_blocks[0]", "IPv4"),
    (
        {"network": {"allowed_cidr_blocks": ["203.0.113.0/24"] * 2}},
        "network.allowed_cidr_blocks[1]",
        "already",
    ),
    (
        {"network": an_existing_network(allowed_cidr_blocks=[f"203.0.113.{n}/32" for n in range(201)])},
        "network.allowed_cidr_blocks",
        "at most 200",
    ),
    (
        {
            "network": {
                "single_nat_gateway": False,
                "allowed_cidr_blocks": [f"203.0.113.{n}/32" for n in range(198)],
            }
        },
        "network.allowed_cidr_blocks",
        "NAT gateways are 3",
    ),
    # cluster
    ({"cluster": a_cluster(cluster_version="1.12")}, "cluster.cluster_version", "1.34"),
    ({"cluster": a_cluster(cluster_version="1.33")}, "cluster.cluster_version", "1.35, 1.36, 1.34"),
    ({"cluster": a_cluster(instance_types=["t3.medium"])}, "cluster.instance_types[0]", "Standard_D2s_v5"),
    ({"cluster": a_cluster(instance_types=["Standard_B1ms"])}, "cluster.instance_types[0]", "Standard_B2s"),
    ({"cluster": a_cluster(instance_types=["Standard_B2s"] * 2)}, "cluster.instance_types[1]", "already"),
    ({"cluster": a_cluster(node_min_size=0)}, "cluster.node_min_size", "at least 1"),
    ({"cluster": a_cluster(node_disk_size_gb=20)}, "cluster.node_disk_size_gb", "30 to 2048"),
    ({"cluster": a_cluster(node_disk_size_gb=4096)}, "cluster.node_disk_size_gb", "30 to 2048"),
    ({"cluster": a_cluster(cluster_admins=["ada@example.com"])}, "cluster.cluster_admins[0]", "Entra"),
    ({"cluster": a_cluster(cluster_admins=[GROUP, GROUP])}, "cluster.cluster_admins[1]", "already"),
    (
        {"cluster": a_cluster(provider_config={"node_pool_name": "first-pool"})},
        "cluster.provider_config.node_pool_name",
        "small letters and digits only",
    ),
    (
        {"cluster": a_cluster(provider_config={"node_pool_name": "elevenchars"})},
        "cluster.provider_config.node_pool_name",
        "at most 10",
    ),
    (
        {"cluster": a_cluster(provider_config={"sku_tier": "Gold"})},
        "cluster.provider_config.sku_tier",
        "Standard",
    ),
    (
        {"cluster": a_cluster(provider_config={"enable_karpenter": True})},
        "cluster.provider_config.enable_karpenter",
        "node_pool_name",
    ),
    # dns
    ({"dns": a_domain(zone_id="example.com")}, "dns.zone_id", "/dnszones/example.com"),
    ({"dns": a_domain(zone_id=f"{ZONES}/dnszones/example.org")}, "dns.zone_id", "that it is in"),
    ({"dns": a_domain(zone_id=f"{ZONES}/dnszones/p.example.com")}, "dns.zone_id", "that it is in"),
    ({"dns": a_domain(domain_name=f"{'a' * 60}.example.com")}, "dns.domain_name", "64 characters"),
    ({"dns": a_domain(provider_config={"waf_mode": "Off"})}, "dns.provider_config.waf_mode", "Detection"),
    # databases
    ({"databases": [a_database(engine="aurora-mysql")]}, "databases[0].engine", "postgresql, mysql"),
    ({"databases": [a_database(engine_version="9.6")]}, "databases[0].engine_version", "16"),
    ({"databases": [a_database(engine_version="13")]}, "databases[0].engine_version", "16"),
    ({"databases": [a_mysql(engine_version="16")]}, "databases[0].engine_version", "8.0.21"),
    ({"databases": [a_database(min_capacity=0.5)]}, "databases[0].min_capacity", "set it to 4"),
    ({"databases": [a_database(max_capacity=6)]}, "databases[0].max_capacity", "1, 2, 4, 8"),
    ({"databases": [a_database(port=5433)]}, "databases[0].port", "5432"),
    ({"databases": [a_mysql(port=5432)]}, "databases[0].port", "3306"),
    (
        {
            "region": "italynorth",
            "databases": [a_database(provider_config={"geo_redundant_backup": True})],
        },
        "databases[0].provider_config.geo_redundant_backup",
        "no paired region",
    ),
    ({"databases": [a_database(backup_retention_days=6)]}, "databases[0].backup_retention_days", "7 to 35"),
    (
        {"databases": [a_database(min_capacity=2, max_capacity=2, multi_az=True)]},
        "databases[0].max_capacity",
        "4 or more",
    ),
    (
        {"databases": [a_machine("B_Standard_B2ms", multi_az=True)]},
        "databases[0].provider_config.sku_name",
        "GP_",
    ),
    ({"databases": [a_machine("db.t3")]}, "databases[0].provider_config.sku_name", "GP_Standard_D2ds_v5"),
    (
        {"databases": [a_mysql(provider_config={"sku_name": "GP_Standard_D2ds_v5"})]},
        "databases[0].provider_config.sku_name",
        "GP_Standard_D2ads_v5",
    ),
    (
        {"databases": [a_database(provider_config={"storage_gb": 100})]},
        "databases[0].provider_config.storage_gb",
        "power of two",
    ),
    (
        {"databases": [a_mysql(provider_config={"storage_gb": 10})]},
        "databases[0].provider_config.storage_gb",
        "20 to 16384",
    ),
    # caches
    ({"caches": [a_cache(engine="valkey")]}, "caches[0].engine", "choose redis"),
    ({"caches": [a_cache(engine_version="6")]}, "caches[0].engine_version", "one of 7.4"),
    ({"caches": [a_cache(node_type="Basic_C0")]}, "caches[0].node_type", "Balanced_B0"),
    ({"caches": [a_cache(node_type="Premium_P1")]}, "caches[0].node_type", "MemoryOptimized_M10"),
    ({"caches": [a_cache(num_cache_nodes=3)]}, "caches[0].num_cache_nodes", "choose 2"),
    (
        {"caches": [a_cache(allowed_cidr_blocks=["10.1.0.0/16"] * 2)]},
        "caches[0].allowed_cidr_blocks[1]",
        "already",
    ),
    # queues and topics
    (a_queue(name="mails-"), "queues[0].name", "letter or digit"),
    (a_queue(visibility_timeout=301), "queues[0].visibility_timeout", "at most 300"),
    (a_queue(visibility_timeout=0), "queues[0].visibility_timeout", "1 to 300"),
    (a_queue(delay_seconds=5), "queues[0].delay_seconds", "schedule"),
    (a_topic(name="news."), "topics[0].name", "letter or digit"),
    (a_topic(name="mails"), "topics[0].name", "share their names"),
    (a_topic("ops", protocol="email"), "topics[0].subscriptions[0].protocol", "queue, subscription"),
    (a_topic("nowhere", protocol="queue"), "topics[0].subscriptions[0].endpoint", "mails"),
    (a_topic("audit trail"), "topics[0].subscriptions[0].endpoint", "at most 50"),
    (a_topic("a" * 51), "topics[0].subscriptions[0].endpoint", "at most 50"),
    (a_topic("audit", "Audit"), "topics[0].subscriptions[1].endpoint", "already"),
    # tables
    (a_table(hash_key="user/id"), "nosql_tables[0].hash_key", "without slashes"),
    (a_table(range_key="at what"), "nosql_tables[0].range_key", "white space"),
    (a_table(hash_key_type="B"), "nosql_tables[0].hash_key_type", "base64"),
    (a_table(range_key="at", range_key_type="B"), "nosql_tables[0].range_key_type", "base64"),
    (a_global_table("mars"), "nosql_tables[0].global_replicas[0]", "westeurope"),
    (a_global_table("northeurope"), "nosql_tables[0].global_replicas[0]", "own region"),
    (a_global_table("eastus", "eastus"), "nosql_tables[0].global_replicas[1]", "already"),
    (
        a_table(provider_config={"throughput": 400}),
        "nosql_tables[0].provider_config.throughput",
        "PROVISIONED",
    ),
    *(
        (
            a_table(billing_mode="PROVISIONED", provider_config={"throughput": throughput}),
            "nosql_tables[0].provider_config.throughput",
            "hundreds",
        )
        for throughput in (300, 450, 2_000_000)
    ),
    (
        a_table(provider_config={"max_throughput": 1000}),
        "nosql_tables[0].provider_config.max_throughput",
        "serverless",
    ),
    (
        a_global_table("eastus", provider_config={"max_throughput": 1500}),
        "nosql_tables[0].provider_config.max_throughput",
        "thousands",
    ),
    (a_table(provider_config={"default_ttl": 0}), "nosql_tables[0].provider_config.default_ttl", "-1"),
    # registries, buckets and secrets
    (
        a_registry(image_tag_mutability="IMMUTABLE"),
        "container_registries[0].image_tag_mutability",
        "MUTABLE",
    ),
    (a_registry(scan_on_push=True), "container_registries[0].scan_on_push", "Defender"),
    ({"storage_buckets": [{"name": "my_files"}]}, "storage_buckets[0].name", "hyphens"),
    ({"storage_buckets": [{"name": "my--files"}]}, "storage_buckets[0].name", "single hyphens"),
    (
        {"storage_buckets": [{"name": "files", "cors_origins": ["shop.example.com"]}]},
        "storage_buckets[0].cors_origins[0]",
        "https://shop.example.com",
    ),
    ({"secrets": [{"name": "session_key"}]}, "secrets[0].name", "hyphens"),
]


@pytest.mark.parametrize(("asked", "field", "help_"), REFUSED, ids=[f"{f}-{h}" for _, f, h in REFUSED])
def test_what_azure_would_refuse(asked: dict[str, Any], field: str, help_: str) -> None:
    problems = problems_of(**asked)
    assert list(problems) == [field]
    assert help_ in problems[field]


ACCEPTED: list[dict[str, Any]] = [
    {"network": {"allowed_cidr_blocks": ["0.0.0.0/0"]}},
    {"network": {"cidr_block": "172.31.0.0/16"}, "cluster": None},
    {
        "network": an_existing_network(
            network_id=VNET.replace("platform", "Platform_1.eu"),
            **{
                field: [f"{VNET.replace('platform', 'Platform_1.eu')}/subnets/{field}"]
                for field in ("private_subnet_ids", "public_subnet_ids")
            },
        )
    },
    {"cluster": a_cluster(instance_types=["Standard_NC24ads_A100_v4", "Standard_E4-2s_v5"])},
    {"cluster": a_cluster(node_disk_size_gb=30)},
    {"dns": a_domain(zone_id=f"{ZONES}/dnsZones/shop.example.com")},
    {"dns": a_domain(domain_name=f"{'a' * 60}.example.com", managed_certificate=False)},
    {"databases": [a_database(min_capacity=128, max_capacity=128, multi_az=True)]},
    {"databases": [a_mysql(backup_retention_days=1)]},
    {"databases": [a_machine("MO_Standard_E4ads_v5", multi_az=True, min_capacity=1, max_capacity=1)]},
    {"databases": [a_mysql(provider_config={"sku_name": "MO_Standard_E80ids_v4"})]},
    {"databases": [a_database(name="order_lines")], "caches": [a_cache(name="page.views")]},
    a_queue(visibility_timeout=300, dead_letter={"max_receive_count": 1000}),
    a_topic("a" * 50, "b"),
    a_table(hash_key="user-id", range_key="_at"),
    a_global_table("eastus", billing_mode="PROVISIONED", provider_config={"throughput": 400}),
    {"container_registries": a_registry(name="web-api.v2")["container_registries"]},
    {"project_name": "my--shop"},
]


@pytest.mark.parametrize("asked", ACCEPTED, ids=str)
def test_what_azure_takes(asked: dict[str, Any]) -> None:
    assert problems_of(**asked) == {}


@pytest.mark.parametrize("field", [*COLLECTIONS.values(), "network", "cluster", "dns"])
def test_no_message_speaks_of_terraform(field: str) -> None:
    """The person filled in a form; the template's variables are none of their business."""
    told = [message for asked, _, _ in REFUSED if field in asked for message in problems_of(**asked).values()]
    assert told
    for message in told:
        assert not any(word in message for word in ("azure_", "aks_", "vnet_", "tfvars", "variable"))
