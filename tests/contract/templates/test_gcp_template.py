"""The GCP template under the real terraform, for a spec of every shape: what it plans is what was asked for.

Schema-checked offline, never provider-tested (docs/template-gcp.md). Each shape is planned once; what is
expected of it is counted from the spec (tests/support/gcp_resources.py), not from the template's variables.
What an apply leaves is in test_gcp_template_applied.py.
"""

import re
from collections.abc import Callable
from ipaddress import ip_network
from itertools import combinations
from typing import Any

import pytest

from chalicelib.domain.spec import each_component
from chalicelib.domain.spec_config import Owner
from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.gcp_resources import no_value_is_kept, resources_of, services_of
from tests.support.gcp_specs import OWNER, PROJECT, SHAPES, frozen
from tests.support.offline_terraform import OfflineTemplate, OfflineTemplates, Plan, Resource
from tests.support.templates import GCP_TEMPLATE

GCP = registry[CloudProvider.GCP]

Planned = Callable[[str], Plan]

OFFLINE = "Schema-checked offline, not provider-tested"
"""What the stand-ins warn of at every plan."""


@pytest.fixture(scope="module")
def template(offline_templates: OfflineTemplates) -> OfflineTemplate:
    return offline_templates(GCP_TEMPLATE)


@pytest.fixture(scope="module")
def planned(template: OfflineTemplate) -> Planned:
    """The plan of a shape, made once."""
    known: dict[str, Plan] = {}

    def plan(shape: str) -> Plan:
        if shape not in known:
            known[shape] = template.plan(GCP.to_tfvars(frozen(SHAPES[shape]), OWNER))
        return known[shape]

    return plan


def test_it_is_valid_for_the_locked_providers(template: OfflineTemplate) -> None:
    assert template.validate() == []


# --- how many of what ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_a_spec_makes_exactly_its_resources(shape: str, planned: Planned) -> None:
    config, plan = frozen(SHAPES[shape]), planned(shape)
    assert plan.counts() == resources_of(config)
    assert {warning.summary for warning in plan.warnings} <= {OFFLINE}
    assert services(plan) == services_of(config)


def services(plan: Plan) -> set[str]:
    return {
        service.values["service"].removesuffix(".googleapis.com")
        for service in plan.of_type("google_project_service")
    }


# --- whose they are, and what they are called ------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_every_component_has_resources_of_its_own(shape: str, planned: Planned) -> None:
    config = frozen(SHAPES[shape])
    owners = {GCP.component_of(address) for address in planned(shape).resources} - {None}
    needs_none = {ComponentKind.REPOSITORIES}
    if config.network and not config.network.provision_network:
        needs_none.add(ComponentKind.NETWORK)
    assert owners == {(kind, name) for kind, name, _ in each_component(config) if kind not in needs_none}


LONGEST = {
    "google_container_cluster": 40,
    "google_service_account": 30,
    "google_sql_database_instance": 98 - len(PROJECT) - 1,
    "google_redis_instance": 40,
    "google_pubsub_topic": 255,
    "google_pubsub_subscription": 255,
    "google_firestore_database": 63,
    "google_artifact_registry_repository": 63,
    "google_storage_bucket": 63,
    "google_secret_manager_secret": 255,
    "google_dns_managed_zone": 63,
}
"""Characters that each service takes; 63 for all others."""

CALLED = ("repository_id", "secret_id", "account_id", "name")
"""Where a resource says what it is called."""


@pytest.mark.parametrize("shape", ["the longest names", "two of each in production"])
def test_names_fit_and_are_all_different(shape: str, planned: Planned) -> None:
    seen = set()
    for resource in planned(shape).resources.values():
        name = called(resource)
        if name is None or resource.type.endswith(("_iam_member", "_crypto_key", "_user", "_record_set")):
            continue
        assert len(name) <= LONGEST.get(resource.type, 63), resource.address
        assert re.fullmatch(r"[a-z]([a-z0-9._-]*[a-z0-9])?", name), resource.address
        assert (resource.type, name) not in seen or resource.type == "google_container_node_pool"
        seen.add((resource.type, name))


def called(resource: Resource) -> str | None:
    return next((resource.values[key] for key in CALLED if resource.values.get(key)), None)


def test_components_are_called_project_stage_and_name(planned: Planned) -> None:
    plan = planned("two of each in production")
    names = {called(resource) for resource in plan.resources.values()}
    assert names >= {
        "shop-production",
        "shop-production-orders",
        "shop-production-orders-replica-1",
        "shop-production-sessions",
        "shop-production-mails-queue",
        "shop-production-mails-sub",
        "shop-production-mails-dlq",
        "shop-production-billing.fifo-sub",
        "shop-production-events-audit",
        "shop-production-carts",
        "shop-production-api",
        f"shop-production-assets-{PROJECT}",
        "shop-production-session-key",
        "shop-production_database_orders",
    }


def test_labels_are_such_as_gcp_takes(template: OfflineTemplate) -> None:
    config = frozen(SHAPES["databases alone"])
    odd = Owner(zone_id="Zone:Ü/" + "z" * 80, spec_id="01HZX")
    variables = {**GCP.to_tfvars(config, odd), "labels": {"Cost.Centre": "R&D"}}
    plan = template.plan(variables)
    provider = plan.document["configuration"]["provider_config"]["google"]["expressions"]
    assert provider["default_labels"] == {"references": ["local.labels"]}
    for instance in plan.of_type("google_sql_database_instance"):
        labels = instance.values["settings"][0]["user_labels"]
        assert labels["alethia-spec"] == "01hzx"
        assert labels["cost-centre"] == "r-d"
        assert all(re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key) for key in labels)
        assert all(re.fullmatch(r"[a-z0-9_-]{0,63}", value) for value in labels.values())


# --- nothing is open, everything is encrypted ------------------------------------------------------------


def only(values: Any, *path: str) -> Any:
    """What one block in another says."""
    for step in path:
        values = values[0][step] if isinstance(values, list) else values[step]
    return values


CLOSED: dict[str, Callable[[Any], bool]] = {
    "google_compute_subnetwork": lambda v: v["private_ip_google_access"],
    "google_compute_firewall": lambda v: bool(v["deny"]) and not v["allow"],
    "google_container_cluster": lambda v: (
        only(v, "private_cluster_config", "enable_private_nodes")
        and only(v, "database_encryption", "state") == "ENCRYPTED"
        and len(v["master_authorized_networks_config"]) == 1
        and not only(v, "master_auth", "client_certificate_config", "issue_client_certificate")
    ),
    "google_container_node_pool": lambda v: (
        only(v, "network_config", "enable_private_nodes")
        and only(v, "node_config", "shielded_instance_config", "enable_secure_boot")
        is not only(v, "node_config", "machine_type").startswith("t2a-")
        and only(v, "node_config", "workload_metadata_config", "mode") == "GKE_METADATA"
    ),
    "google_sql_database_instance": lambda v: (
        only(v, "settings", "ip_configuration", "ipv4_enabled") is False
        and only(v, "settings", "ip_configuration", "ssl_mode") == "ENCRYPTED_ONLY"
        and not only(v, "settings", "ip_configuration", "authorized_networks")
    ),
    "google_redis_instance": lambda v: (
        v["auth_enabled"]
        and v["transit_encryption_mode"] == "SERVER_AUTHENTICATION"
        and v["connect_mode"] == "PRIVATE_SERVICE_ACCESS"
    ),
    "google_storage_bucket": lambda v: v["uniform_bucket_level_access"],
    "google_pubsub_topic": lambda v: bool(only(v, "message_storage_policy", "allowed_persistence_regions")),
    "google_secret_manager_secret": lambda v: bool(only(v, "replication", "user_managed")),
}
"""Type → what holds for each resource of it, whatever a spec says."""


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_open(shape: str, planned: Planned) -> None:
    config, plan = frozen(SHAPES[shape]), planned(shape)
    for resource in plan.resources.values():
        assert CLOSED.get(resource.type, lambda _: True)(resource.values), resource.address
        if resource.type.endswith("_iam_member") and "member" not in resource.unknown:
            assert resource.values["member"] != "allUsers" or resource.name == "anyone"
    for bucket in config.storage_buckets:
        made = plan.resources[f'module.storage_bucket["{bucket.name}"].google_storage_bucket.this']
        prevention = "inherited" if bucket.public_access else "enforced"
        assert made.values["public_access_prevention"] == prevention
        assert bool(made.values["encryption"]) == bucket.encryption


def test_the_cluster_is_private_unless_networks_are_allowed(planned: Planned) -> None:
    private = planned("a private endpoint").only("google_container_cluster").values
    allowed = planned("cluster alone").only("google_container_cluster").values
    assert only(private, "private_cluster_config", "enable_private_endpoint")
    assert not only(private, "master_authorized_networks_config", "cidr_blocks")
    assert not only(allowed, "private_cluster_config", "enable_private_endpoint")
    blocks = only(allowed, "master_authorized_networks_config", "cidr_blocks")
    assert [block["cidr_block"] for block in blocks] == ["203.0.113.0/24"]


def test_no_generated_value_is_in_a_plan(planned: Planned) -> None:
    plan = planned("two of each in production")
    assert len(plan.of_type("google_sql_user")) == 2
    assert no_value_is_kept(plan)


# --- what was asked for ----------------------------------------------------------------------------------


def one(plan: Plan, address: str) -> Any:
    """The values of the resource at `address`."""
    return plan.resources[address].values


def test_databases_are_of_the_engine_size_and_stage_that_were_asked_for(planned: Planned) -> None:
    plan = planned("two of each in production")
    orders = one(plan, 'module.database["orders"].google_sql_database_instance.this')
    legacy = one(plan, 'module.database["legacy"].google_sql_database_instance.this')
    assert (orders["database_version"], legacy["database_version"]) == ("POSTGRES_17", "MYSQL_8_0")
    assert only(orders, "settings", "tier") == "db-custom-2-8192"
    assert only(legacy, "settings", "tier") == "db-custom-4-15360"
    assert only(orders, "settings", "availability_type") == "REGIONAL"
    assert only(orders, "settings", "edition") == "ENTERPRISE"
    assert only(orders, "settings", "disk_type") == "PD_SSD"
    assert only(legacy, "settings", "disk_size") == 50
    assert orders["deletion_protection"] and only(orders, "settings", "deletion_protection_enabled")
    assert only(orders, "settings", "backup_configuration", "point_in_time_recovery_enabled")
    assert only(legacy, "settings", "backup_configuration", "binary_log_enabled")
    kept = only(orders, "settings", "backup_configuration", "backup_retention_settings", "retained_backups")
    assert kept == frozen(SHAPES["two of each in production"]).databases[0].backup_retention_days
    assert {"name": "cloudsql_iam_authentication", "value": "on"} in only(
        legacy, "settings", "database_flags"
    )
    assert not [flag for flag in only(orders, "settings", "database_flags") if "iam" in flag["name"]]


def test_an_arm_database_has_the_disk_that_its_machine_takes(template: OfflineTemplate) -> None:
    variables = GCP.to_tfvars(frozen(SHAPES["databases alone"]), OWNER)
    plan = template.plan({**variables, "cloud_sql_tier": {"orders": "db-c4a-highmem-4"}})
    disks = {
        only(made.values, "settings", "disk_type") for made in plan.of_type("google_sql_database_instance")
    }
    assert disks == {"HYPERDISK_BALANCED"}


def test_replicas_follow_their_primary(planned: Planned) -> None:
    plan = planned("two of each in production")
    for name, number in (("orders", "1"), ("legacy", "2")):
        replica = one(plan, f'module.database["{name}"].google_sql_database_instance.replica["{number}"]')
        assert replica["master_instance_name"] == f"shop-production-{name}"
        assert not only(replica, "settings", "backup_configuration")


def test_caches_have_the_memory_nodes_and_snapshots_of_their_stage(planned: Planned) -> None:
    sessions, pages = (
        one(planned("two of each in production"), f'module.cache["{name}"].google_redis_instance.this')
        for name in ("sessions", "pages")
    )
    assert (pages["tier"], pages["memory_size_gb"], pages["redis_version"]) == ("STANDARD_HA", 6, "REDIS_7_0")
    assert (pages["read_replicas_mode"], pages["replica_count"]) == ("READ_REPLICAS_ENABLED", 2)
    assert (sessions["tier"], sessions["memory_size_gb"]) == ("BASIC", 1)
    assert sessions.get("read_replicas_mode") is None, "a cache that can have no replicas is asked for none"
    assert only(pages, "persistence_config", "persistence_mode") == "RDB"
    standby = planned("a small cache with a standby").only("google_redis_instance").values
    assert (standby["tier"], standby["read_replicas_mode"]) == ("STANDARD_HA", "READ_REPLICAS_DISABLED")
    assert standby.get("replica_count") is None, "a number of replicas is refused where none can be read from"
    cheap = one(planned("two of each in development"), 'module.cache["pages"].google_redis_instance.this')
    assert only(cheap, "persistence_config", "persistence_mode") == "DISABLED"


def test_the_cluster_has_the_nodes_that_were_asked_for(planned: Planned) -> None:
    plan = planned("cluster alone")
    cluster, pool = (
        plan.only("google_container_cluster").values,
        plan.only("google_container_node_pool").values,
    )
    assert cluster["min_master_version"] == "1.35"
    assert cluster["location"] == "europe-west1"
    assert only(cluster, "workload_identity_config", "workload_pool") == f"{PROJECT}.svc.id.goog"
    assert only(pool, "node_config", "machine_type") == "e2-standard-2"
    assert only(pool, "autoscaling", "total_min_node_count") == 2
    assert only(pool, "autoscaling", "total_max_node_count") == 5
    first = only(cluster, "node_config")[0]
    assert (first["disk_type"], first["disk_size_gb"]) == ("pd-standard", 20), "new projects have few SSDs"
    members = {member.values.get("member") for member in plan.of_type("google_project_iam_member")}
    assert members >= {"group:platform@example.com", "user:ada@example.com"}


def test_arm_machines_stand_where_there_are_any(planned: Planned) -> None:
    pool = planned("arm").only("google_container_node_pool").values
    assert sorted(pool["node_locations"]) == ["asia-southeast1-b", "asia-southeast1-c"]
    assert pool["initial_node_count"] == 1
    assert not only(pool, "node_config", "shielded_instance_config", "enable_secure_boot")
    assert not planned("cluster alone").only("google_container_node_pool").values.get("node_locations")


def test_autopilot_is_not_told_what_it_decides_itself(planned: Planned) -> None:
    cluster = planned("autopilot").only("google_container_cluster").values
    assert cluster["enable_autopilot"]
    decided = ("node_config", "workload_identity_config", "enable_shielded_nodes", "remove_default_node_pool")
    assert not [setting for setting in decided if cluster.get(setting)]
    assert cluster["cluster_autoscaling"][0]["auto_provisioning_defaults"]


def test_an_existing_network_is_used_and_left_alone(planned: Planned) -> None:
    plan = planned("a network of another project")
    host = "projects/network-host"
    assert plan.outputs["network_id"] == f"{host}/global/networks/backbone"
    assert plan.outputs["network_subnet_ids"] == [f"{host}/regions/europe-west1/subnetworks/shop"]
    assert plan.only("google_container_cluster").values["network"] == f"{host}/global/networks/backbone"
    for database in plan.of_type("google_sql_database_instance"):
        network = only(database.values, "settings", "ip_configuration", "private_network")
        assert network == f"{host}/global/networks/backbone"
    ranges = planned("an existing network with ranges").only("google_container_cluster").values
    assert only(ranges, "ip_allocation_policy", "cluster_secondary_range_name") == "pods"
    assert (
        not plan.only("google_container_cluster")
        .values["ip_allocation_policy"][0]
        .get("cluster_secondary_range_name")
    )


def test_a_new_network_is_cut_into_ranges_that_do_not_meet(planned: Planned) -> None:
    plan = planned("two of each in production")
    subnet = plan.only("google_compute_subnetwork").values
    services = plan.only("google_compute_global_address").values
    ranges = [
        ip_network(subnet["ip_cidr_range"]),
        *(ip_network(secondary["ip_cidr_range"]) for secondary in subnet["secondary_ip_range"]),
        ip_network(f"{services['address']}/{services['prefix_length']}"),
    ]
    assert all(part.subnet_of(ip_network("10.20.0.0/16")) for part in ranges)
    assert not [pair for pair in combinations(ranges, 2) if pair[0].overlaps(pair[1])]


def test_a_network_that_was_there_before_can_be_made_again(planned: Planned) -> None:
    """Google remembers the connection of a network that is gone, and refuses to make it a second time."""
    connection = planned("two of each in production").only("google_service_networking_connection").values
    assert (connection["deletion_policy"], connection["update_on_creation_fail"]) == ("ABANDON", True)


def test_queues_topics_and_tables_are_as_asked(planned: Planned) -> None:
    plan = planned("two of each in production")
    mails = one(plan, 'module.queue["mails"].google_pubsub_subscription.this')
    billing = one(plan, 'module.queue["billing.fifo"].google_pubsub_subscription.this')
    assert only(mails, "dead_letter_policy", "max_delivery_attempts") == 5
    assert (billing["enable_message_ordering"], billing["ack_deadline_seconds"]) == (True, 60)
    assert billing["message_retention_duration"] == "600s"
    pushed = [made.values["push_config"] for made in plan.of_type("google_pubsub_subscription")]
    assert [config[0]["push_endpoint"] for config in pushed if config] == ["https://hooks.example.com/events"]
    visits = one(plan, 'module.nosql_table["visits"].google_firestore_database.this')
    assert visits["delete_protection_state"] == "DELETE_PROTECTION_ENABLED"
    assert visits["point_in_time_recovery_enablement"] == "POINT_IN_TIME_RECOVERY_DISABLED"
    assert one(plan, 'module.nosql_table["users"].google_firestore_database.this')["location_id"] == "eur3"
    index = one(plan, 'module.nosql_table["visits"].google_firestore_index.keys[0]')
    assert [field["field_path"] for field in index["fields"]] == ["id", "at"]
    web = one(plan, 'module.container_registry["web"].google_artifact_registry_repository.this')
    assert only(web, "docker_config", "immutable_tags") is False
