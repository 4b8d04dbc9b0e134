"""How each field of a spec becomes a variable of GCP's template."""

from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from tests.support.gcp_specs import AN_EXISTING_NETWORK, OWNER, PROJECT, a_form_for_gcp, frozen

GCP = registry[CloudProvider.GCP]


def tfvars(**changes: Any) -> dict[str, Any]:
    return GCP.to_tfvars(frozen(a_form_for_gcp(**changes)), OWNER)


FULL = tfvars()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("project_name", "shop"),
        ("project_id", PROJECT),
        ("region", "europe-west1"),
        ("environment", "development"),
        ("zone_id", OWNER.zone_id),
        ("spec_id", OWNER.spec_id),
        ("provision_network", True),
        ("network_cidr", "10.20.0.0/16"),
        ("single_cloud_nat", False),
        ("network_id", None),
        ("network_subnet_id", None),
        ("provision_gke", True),
        ("gke_cluster_version", "1.35"),
        ("gke_enable_autopilot", False),
        ("gke_instance_types", ["e2-standard-2"]),
        ("gke_node_min_size", 2),
        ("gke_node_max_size", 5),
        ("gke_node_desired_size", 2),
        ("gke_disk_size_gb", 50),
        ("gke_cluster_admins", ["group:platform@example.com", "user:ada@example.com"]),
        ("gke_deletion_protection", True),
        ("gke_master_authorized_cidr_blocks", ["203.0.113.0/24"]),
        ("gke_pods_range_name", None),
        ("gke_services_range_name", None),
        ("cloud_dns_enabled", True),
        ("cloud_dns_domain", "shop.example.com"),
        ("cloud_dns_zone_name", None),
        ("cloud_dns_dnssec", False),
        ("cloud_dns_managed_certificate", True),
        ("cloud_armor_enabled", True),
        ("cloud_sql_engine", {"orders": "POSTGRES", "legacy": "MYSQL"}),
        ("cloud_sql_engine_version", {"orders": "17", "legacy": "8_0"}),
        ("cloud_sql_tier", {"orders": "db-custom-2-8192", "legacy": "db-custom-4-15360"}),
        ("cloud_sql_edition", {"orders": "ENTERPRISE", "legacy": "ENTERPRISE"}),
        ("cloud_sql_storage_gb", {"orders": 20, "legacy": 50}),
        ("cloud_sql_port", {"orders": 5432, "legacy": 3306}),
        ("cloud_sql_backup_retention_days", {"orders": 7, "legacy": 7}),
        ("cloud_sql_iam_auth", {"orders": False, "legacy": True}),
        ("cloud_sql_high_availability", {"orders": True, "legacy": False}),
        ("cloud_sql_read_replicas", {"orders": 1, "legacy": 2}),
        ("cloud_sql_deletion_protection", {"orders": True, "legacy": False}),
        ("memorystore_instance_type", {"sessions": "redis-1gb", "pages": "redis-6gb"}),
        ("memorystore_engine", {"sessions": "redis", "pages": "redis"}),
        ("memorystore_tier", {"sessions": "BASIC", "pages": "STANDARD_HA"}),
        ("memorystore_memory_size_gb", {"sessions": 1, "pages": 6}),
        ("memorystore_redis_version", {"sessions": "REDIS_7_2", "pages": "REDIS_7_0"}),
        ("memorystore_read_replicas", {"sessions": 0, "pages": 2}),
        (
            "artifact_registry_repos",
            {
                "api": {"immutable_tags": True, "scan_on_push": True},
                "web": {"immutable_tags": False, "scan_on_push": False},
            },
        ),
        (
            "cloud_storage_buckets",
            {
                "assets": {
                    "versioning": True,
                    "encryption": True,
                    "public_access": True,
                    "cors_origins": ["https://shop.example.com"],
                },
                "invoices": {
                    "versioning": False,
                    "encryption": False,
                    "public_access": False,
                    "cors_origins": [],
                },
            },
        ),
        (
            "custom_secrets",
            {
                "session-key": {"generate": True, "length": 32, "special_chars": True},
                "stripe": {"generate": False, "length": 32, "special_chars": True},
            },
        ),
    ],
)
def test_a_field_arrives(variable: str, value: Any) -> None:
    assert FULL[variable] == value


def test_a_queue_is_ordered_when_it_is_fifo() -> None:
    assert FULL["pubsub_queues"] == {
        "mails": {
            "ordered": False,
            "ack_deadline_seconds": 30,
            "message_retention_seconds": 345600,
            "max_delivery_attempts": 5,
        },
        "billing.fifo": {
            "ordered": True,
            "ack_deadline_seconds": 60,
            "message_retention_seconds": 600,
            "max_delivery_attempts": None,
        },
    }


def test_a_topic_has_a_subscription_for_each_receiver() -> None:
    pull, push = FULL["pubsub_topics"]["events"]["subscriptions"]
    assert pull == {"name": "audit", "push_endpoint": None}
    assert push["push_endpoint"] == "https://hooks.example.com/events"
    assert FULL["pubsub_topics"]["alerts"] == {"subscriptions": []}


def test_a_push_keeps_its_name_when_others_come_and_go() -> None:
    push = {"protocol": "push", "endpoint": "https://hooks.example.com/events"}
    other = {"protocol": "push", "endpoint": "https://hooks.example.com/others"}
    alone = tfvars(topics=[{"name": "events", "subscriptions": [push]}])["pubsub_topics"]["events"]
    both = tfvars(topics=[{"name": "events", "subscriptions": [other, push]}])["pubsub_topics"]["events"]
    assert both["subscriptions"][1] == alone["subscriptions"][0]
    assert both["subscriptions"][0]["name"] != both["subscriptions"][1]["name"]


def test_a_section_that_is_off_makes_nothing() -> None:
    variables = tfvars(network=None, cluster=None, dns=None, databases=[], caches=[])
    assert variables["provision_network"] is False
    assert variables["network_id"] is None
    assert variables["provision_gke"] is False
    assert variables["cloud_dns_enabled"] is False
    assert variables["gke_master_authorized_cidr_blocks"] == []


def test_the_kubernetes_endpoint_is_private_unless_networks_are_named() -> None:
    assert tfvars(network={})["gke_master_authorized_cidr_blocks"] == []


@pytest.mark.parametrize(
    ("network_id", "subnet", "full_network", "full_subnet"),
    [
        (
            "backbone",
            "nodes",
            f"projects/{PROJECT}/global/networks/backbone",
            f"projects/{PROJECT}/regions/europe-west1/subnetworks/nodes",
        ),
        (
            "projects/host-1/global/networks/backbone",
            "nodes",
            "projects/host-1/global/networks/backbone",
            "projects/host-1/regions/europe-west1/subnetworks/nodes",
        ),
        (
            "projects/host-1/global/networks/backbone",
            "projects/host-1/regions/europe-west1/subnetworks/nodes",
            "projects/host-1/global/networks/backbone",
            "projects/host-1/regions/europe-west1/subnetworks/nodes",
        ),
    ],
)
def test_an_existing_network_arrives_by_its_full_name(
    network_id: str, subnet: str, full_network: str, full_subnet: str
) -> None:
    existing = {**AN_EXISTING_NETWORK, "network_id": network_id, "private_subnet_ids": [subnet]}
    variables = tfvars(network=existing)
    assert variables["provision_network"] is False
    assert (variables["network_id"], variables["network_subnet_id"]) == (full_network, full_subnet)


def test_an_existing_network_needs_no_subnet_without_a_cluster() -> None:
    existing = {**AN_EXISTING_NETWORK, "private_subnet_ids": []}
    assert tfvars(network=existing, cluster=None)["network_subnet_id"] is None


def test_autopilot_and_ranges_are_options_of_the_cluster() -> None:
    options = {"enable_autopilot": True, "pods_range_name": "pods", "services_range_name": "services"}
    cluster = {"cluster_version": "1.35", "instance_types": ["e2-medium"], "provider_config": options}
    variables = tfvars(cluster=cluster, network=AN_EXISTING_NETWORK)
    assert variables["gke_enable_autopilot"] is True
    assert variables["gke_pods_range_name"] == "pods"
    assert variables["gke_services_range_name"] == "services"


def test_a_certificate_needs_the_zone_to_be_managed() -> None:
    dns = tfvars(dns={"domain_name": "a.example.com", "enabled": False})
    assert dns["cloud_dns_managed_certificate"] is False
    assert dns["cloud_dns_dnssec"] is True


@pytest.mark.parametrize(
    ("tier", "edition"),
    [
        ("db-g1-small", "ENTERPRISE"),
        ("db-custom-2-8192", "ENTERPRISE"),
        ("db-perf-optimized-N-2", "ENTERPRISE_PLUS"),
        ("db-memory-optimized-N-4", "ENTERPRISE_PLUS"),
        ("db-c4a-highmem-4", "ENTERPRISE_PLUS"),
    ],
)
def test_the_edition_is_that_of_the_machine(tier: str, edition: str) -> None:
    database = {**a_form_for_gcp()["databases"][0], "provider_config": {"tier": tier}}
    assert tfvars(databases=[database])["cloud_sql_edition"] == {"orders": edition}


@pytest.mark.parametrize(
    ("options", "replicas"), [({}, 1), ({"read_replicas": 0}, 0), ({"read_replicas": 3}, 3)]
)
def test_a_database_in_two_zones_can_be_read_beside_it(options: dict[str, Any], replicas: int) -> None:
    database = {**a_form_for_gcp()["databases"][0], "multi_az": True, "provider_config": options}
    assert tfvars(databases=[database])["cloud_sql_read_replicas"] == {"orders": replicas}


@pytest.mark.parametrize(
    ("node_type", "nodes", "tier", "readable"),
    [
        ("redis-1gb", 1, "BASIC", 0),
        ("redis-1gb", 2, "STANDARD_HA", 0),
        ("redis-5gb", 1, "BASIC", 0),
        ("redis-5gb", 2, "STANDARD_HA", 1),
        ("redis-5gb", 6, "STANDARD_HA", 5),
    ],
)
def test_the_replicas_of_a_large_cache_can_be_read_from(
    node_type: str, nodes: int, tier: str, readable: int
) -> None:
    cache = {"name": "pages", "engine": "redis", "engine_version": "6.x"}
    variables = tfvars(caches=[{**cache, "node_type": node_type, "num_cache_nodes": nodes}])
    assert variables["memorystore_tier"] == {"pages": tier}
    assert variables["memorystore_read_replicas"] == {"pages": readable}
    assert variables["memorystore_redis_version"] == {"pages": "REDIS_6_X"}


def test_a_table_is_a_database_where_its_data_may_be() -> None:
    tables = FULL["firestore_databases"]
    assert {name: table["location"] for name, table in tables.items()} == {
        "carts": "europe-west1",
        "visits": "europe-west1",
        "users": "eur3",
        "prefs": "nam5",
    }
    assert tables["carts"]["ttl_attribute"] == "expires"
    assert (tables["visits"]["hash_key"], tables["visits"]["range_key"]) == ("id", "at")
    assert tables["visits"]["point_in_time_recovery"] is False


@pytest.mark.parametrize(
    ("key", "path"), [("userId", "userId"), ("user-id", "`user-id`"), ("a`b\\c", "`a\\`b\\\\c`")]
)
def test_a_field_of_any_name_is_written_as_firestore_reads_it(key: str, path: str) -> None:
    table = {"name": "carts", "hash_key": key, "range_key": "at", "provider_config": {"ttl_attribute": key}}
    (entry,) = tfvars(nosql_tables=[table])["firestore_databases"].values()
    assert (entry["hash_key"], entry["ttl_attribute"]) == (path, path)


def test_what_holds_data_is_kept_outside_development_unless_somebody_says_so() -> None:
    plain = {"name": "carts", "hash_key": "id"}
    let_go = {"name": "visits", "hash_key": "id", "provider_config": {"deletion_protection": False}}
    cluster = {"cluster_version": "1.35", "instance_types": ["e2-medium"]}
    staging = tfvars(environment_stage="staging", nosql_tables=[plain, let_go], cluster=cluster)
    assert [table["deletion_protection"] for table in staging["firestore_databases"].values()] == [
        True,
        False,
    ]
    assert staging["gke_deletion_protection"] is True
    development = tfvars(nosql_tables=[plain], cluster=cluster)
    assert development["firestore_databases"]["carts"]["deletion_protection"] is False
    assert development["gke_deletion_protection"] is False


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (
            {"cluster": {"cluster_version": "1.35", "instance_types": ["a"], "provider_config": {"x": 1}}},
            "cluster.provider_config.x",
        ),
        (
            {"nosql_tables": [{"name": "a", "hash_key": "id", "provider_config": {"read_capacity": 5}}]},
            "nosql_tables[0].provider_config.read_capacity",
        ),
        (
            {"dns": {"domain_name": "a.example.com", "provider_config": {"dnssec": 1}}},
            "dns.provider_config.dnssec",
        ),
    ],
)
def test_an_option_that_means_nothing_here_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        tfvars(**changes)
    assert [problem.field for problem in refusal.value.problems] == [field]
