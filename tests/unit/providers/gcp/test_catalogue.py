"""What GCP offers, what its services are called, and that a move from another cloud finds its values here."""

import re

import pytest

from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from chalicelib.providers.base import Choice
from chalicelib.providers.equivalents.engines import CACHE_ENGINES, DATABASE_ENGINES, SUBSCRIPTION_PROTOCOLS
from chalicelib.providers.equivalents.regions import MULTI_REGIONS, REGIONS
from chalicelib.providers.equivalents.sizes import CACHE_NODE_TYPES, CAPACITY_STEPS, INSTANCE_TYPES
from chalicelib.providers.gcp import catalogue
from tests.support.templates import GCP_TEMPLATE, resource_types

GCP = registry[CloudProvider.GCP]


def values(choices: tuple[Choice, ...]) -> set[str]:
    return {choice.value for choice in choices}


def test_every_counterpart_on_gcp_is_offered() -> None:
    offered = GCP.catalogue
    assert set(REGIONS.column(GCP.name)) <= values(offered.regions)
    assert set(INSTANCE_TYPES.column(GCP.name)) <= values(offered.instance_types)
    assert set(CACHE_NODE_TYPES.column(GCP.name)) <= values(offered.cache_node_types)
    assert set(DATABASE_ENGINES.column(GCP.name)) == {engine.name for engine in offered.database_engines}
    assert set(CACHE_ENGINES.column(GCP.name)) == {engine.name for engine in offered.cache_engines}
    assert set(SUBSCRIPTION_PROTOCOLS.column(GCP.name)) == set(offered.subscription_protocols)
    assert set(MULTI_REGIONS[GCP.name]) == set(catalogue.MULTI_REGIONS)


def test_no_region_is_offered_where_a_stage_could_not_start() -> None:
    """Stockholm and Querétaro have E2, N4 and C4 (Compute Engine's release notes), but no N2."""
    machines = {stage["cluster"]["instance_types"][0] for stage in GCP.stages.values()}
    assert {machine.split("-")[0] for machine in machines} == {"e2", "n2"}
    assert not {"europe-north2", "northamerica-south1"} & values(GCP.catalogue.regions)


def test_the_template_knows_the_zones_of_every_region_that_has_arm_machines() -> None:
    zones = re.findall(r"([a-z0-9-]+[0-9]) = \[", (GCP_TEMPLATE / "modules/cluster/nodes.tf").read_text())
    assert set(zones) == set(catalogue.ARM_REGIONS)


def test_every_capacity_step_has_a_machine() -> None:
    assert tuple(catalogue.TIERS) == CAPACITY_STEPS
    assert len(set(catalogue.TIERS.values())) == len(CAPACITY_STEPS)


@pytest.mark.parametrize(("units", "tier"), [(2, "db-custom-1-3840"), (128, "db-custom-64-262144")])
def test_a_machine_has_two_gib_for_each_unit(units: int, tier: str) -> None:
    assert catalogue.TIERS[units] == tier


@pytest.mark.parametrize(
    ("address", "component"),
    [
        ("module.network[0].google_compute_network.this[0]", (ComponentKind.NETWORK, "network")),
        ("module.cluster[0].google_container_cluster.this", (ComponentKind.CLUSTER, "cluster")),
        ("module.dns[0].google_dns_managed_zone.this[0]", (ComponentKind.DNS, "dns")),
        ('module.database["orders"].google_sql_user.this', (ComponentKind.DATABASE, "orders")),
        ('module.queue["billing.fifo"].google_pubsub_topic.this', (ComponentKind.QUEUE, "billing.fifo")),
        ('module.nosql_table["carts"].google_firestore_database.this', (ComponentKind.NOSQL_TABLE, "carts")),
        ("module.private_services_access[0].google_service_networking_connection.this", None),
        ('module.project.google_project_service.this["dns.googleapis.com"]', None),
    ],
)
def test_the_component_of_an_address(address: str, component: tuple[ComponentKind, str] | None) -> None:
    assert GCP.component_of(address) == component


@pytest.mark.parametrize(
    ("resource_type", "group"),
    [
        ("google_container_node_pool", "GCP GKE"),
        ("google_compute_router_nat", "GCP Cloud NAT"),
        ("google_compute_route", "GCP VPC"),
        ("google_compute_security_policy", "GCP Cloud Armor"),
        ("google_compute_instance", "GCP Compute Engine"),
        ("google_service_account_iam_member", "GCP IAM"),
        ("google_service_networking_connection", "GCP VPC"),
        ("google_bigquery_dataset", "Other"),
        ("terraform_data", "Terraform"),
    ],
)
def test_the_service_of_a_resource_type(resource_type: str, group: str) -> None:
    assert GCP.group_of(resource_type) == group


def test_every_type_in_the_template_has_a_readable_service() -> None:
    groups = {GCP.group_of(resource_type) for resource_type in resource_types(GCP_TEMPLATE)}
    assert groups == {
        *("GCP Artifact Registry", "GCP Certificate Manager", "GCP Cloud Armor", "GCP Cloud DNS"),
        *("GCP Cloud KMS", "GCP Cloud NAT", "GCP Cloud SQL", "GCP Cloud Storage", "GCP Firestore", "GCP GKE"),
        *("GCP IAM", "GCP Memorystore", "GCP Pub/Sub", "GCP Secret Manager", "GCP Service Usage", "GCP VPC"),
        "Terraform",
    }
