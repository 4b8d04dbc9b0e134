"""The contract between a provider and its template, on every cloud.

Terraform silently drops a value that no variable declares, and an attribute that an object type lacks. So:
whatever is emitted is declared, down to the attributes of objects, and every component of a spec arrives.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from chalicelib.providers.base import Provider
from tests.support import aws_specs, azure_specs, gcp_specs
from tests.support.templates import TEMPLATES, outputs, variables

OWNER = Owner(zone_id="zone-1", spec_id="spec-1")


@dataclass(frozen=True)
class Contract:
    """What a cloud's variables and outputs are held against."""

    a_form: Callable[..., dict[str, Any]]
    """A spec with two of everything; tables of both types."""
    frozen: Callable[[Mapping[str, Any]], SpecConfig]
    region: str
    arrives_in: Mapping[ComponentKind, tuple[str, ...]]
    """Kind → the variables in each of which every component of it must be. ``a + b`` is one or the other."""
    for_people: str
    """The one variable that no spec fills."""
    outputs: frozenset[str]
    """What the template must say."""


CONTRACTS = {
    CloudProvider.AWS: Contract(
        a_form=aws_specs.a_form_for_aws,
        frozen=aws_specs.frozen,
        region="eu-west-1",
        arrives_in={
            ComponentKind.DATABASE: ("rds_config",),
            ComponentKind.CACHE: (
                *("redis_instance_type", "redis_cluster_size", "redis_engine", "redis_engine_version"),
                *("redis_multi_az_enabled", "redis_allowed_cidr_blocks"),
            ),
            ComponentKind.QUEUE: ("sqs_queues",),
            ComponentKind.TOPIC: ("sns_topics",),
            ComponentKind.NOSQL_TABLE: ("ddb_table_configuration + ddb_global_table_configuration",),
            ComponentKind.CONTAINER_REGISTRY: ("ecr_names_map",),
            ComponentKind.STORAGE_BUCKET: ("bucket_configuration",),
            ComponentKind.SECRET: ("custom_secrets",),
        },
        for_people="tags",
        outputs=frozenset(
            {
                *("vpc_id", "rds", "redis", "acm_certificate_arn", "route53_zone_id"),
                *(
                    "eks_cluster_name",
                    "eks_cluster_endpoint",
                    "eks_cluster_arn",
                    "eks_cluster_ca_certificate",
                ),
            }
        ),
    ),
    CloudProvider.GCP: Contract(
        a_form=gcp_specs.a_form_for_gcp,
        frozen=gcp_specs.frozen,
        region="europe-west1",
        arrives_in={
            ComponentKind.DATABASE: (
                *("cloud_sql_engine", "cloud_sql_engine_version", "cloud_sql_tier", "cloud_sql_edition"),
                *("cloud_sql_storage_gb", "cloud_sql_port", "cloud_sql_backup_retention_days"),
                *("cloud_sql_iam_auth", "cloud_sql_high_availability", "cloud_sql_read_replicas"),
                "cloud_sql_deletion_protection",
            ),
            ComponentKind.CACHE: (
                *("memorystore_instance_type", "memorystore_engine", "memorystore_tier"),
                *("memorystore_memory_size_gb", "memorystore_redis_version", "memorystore_read_replicas"),
            ),
            ComponentKind.QUEUE: ("pubsub_queues",),
            ComponentKind.TOPIC: ("pubsub_topics",),
            ComponentKind.NOSQL_TABLE: ("firestore_databases",),
            ComponentKind.CONTAINER_REGISTRY: ("artifact_registry_repos",),
            ComponentKind.STORAGE_BUCKET: ("cloud_storage_buckets",),
            ComponentKind.SECRET: ("custom_secrets",),
        },
        for_people="labels",
        outputs=frozenset(
            {
                *("network_id", "network_subnet_ids", "network_nat_addresses", "gke_workload_identity_pool"),
                *("gke_cluster_name", "gke_cluster_endpoint", "gke_cluster_id", "gke_cluster_ca_certificate"),
                *("cloud_dns_zone_name", "cloud_dns_name_servers", "managed_certificate_id"),
                *("cloud_armor_policy_id", "cloud_sql", "memorystore", "pubsub_queues", "pubsub_topics"),
                *("firestore_databases", "artifact_registry_repos", "cloud_storage_buckets", "secrets"),
            }
        ),
    ),
    CloudProvider.AZURE: Contract(
        a_form=azure_specs.a_form_for_azure,
        frozen=azure_specs.frozen,
        region="northeurope",
        arrives_in={
            ComponentKind.DATABASE: (
                *("azure_db_engine", "azure_db_engine_version", "azure_db_sku_name", "azure_db_storage_mb"),
                *("azure_db_port", "azure_db_backup_retention_days", "azure_db_iam_auth"),
                *("azure_db_high_availability", "azure_db_deletion_protection"),
            ),
            ComponentKind.CACHE: (
                *("azure_cache_sku", "azure_cache_multi_az", "azure_cache_allowed_cidr_blocks"),
            ),
            ComponentKind.QUEUE: ("service_bus_queues",),
            ComponentKind.TOPIC: ("service_bus_topics",),
            ComponentKind.NOSQL_TABLE: ("cosmos_db_collections",),
            ComponentKind.CONTAINER_REGISTRY: ("acr_repositories",),
            ComponentKind.STORAGE_BUCKET: ("storage_containers",),
            ComponentKind.SECRET: ("custom_secrets",),
        },
        for_people="tags",
        outputs=frozenset(
            {
                *("resource_group_name", "vnet_id", "vnet_subnet_ids", "vnet_nat_addresses"),
                *("aks_cluster_name", "aks_cluster_endpoint", "aks_cluster_id", "aks_cluster_ca_certificate"),
                *("aks_oidc_issuer_url", "azure_dns_zone_id", "azure_dns_name_servers", "certificate_id"),
                *("waf_policy_id", "application_gateway_id", "azure_db", "azure_cache"),
                *("service_bus_queues", "service_bus_topics", "cosmos_db_collections", "acr_repositories"),
                *("storage_containers", "secrets"),
            }
        ),
    ),
}

A_NAME = st.from_regex(r"[a-z][a-z0-9]{2,12}", fullmatch=True)

each_cloud = pytest.mark.parametrize("cloud", registry.values(), ids=list(registry))


def template(cloud: Provider) -> Path:
    return TEMPLATES / cloud.template


def some_of(component: dict[str, Any], prefix: str = "") -> st.SearchStrategy[list[dict[str, Any]]]:
    """None to four components like `component`, under names of their own."""
    names = st.lists(A_NAME, max_size=4, unique=True)
    return names.map(lambda chosen: [{**component, "name": f"{prefix}{name}"} for name in chosen])


def specs(contract: Contract) -> st.SearchStrategy[dict[str, Any]]:
    """Forms of any stage, with and without each part, and any number of components."""
    full = contract.a_form()
    collections = {field: some_of(full[field][0]) for field in COLLECTIONS.values()}
    (standard, copied) = (
        next(table for table in full["nosql_tables"] if table.get("table_type") == of_type)
        for of_type in (None, "global")
    )
    parts = {
        **{field: st.sampled_from([None, full[field]]) for field in ("network", "cluster", "dns")},
        **collections,
        "environment_stage": st.sampled_from(["development", "staging", "production"]),
        "nosql_tables": st.tuples(some_of(standard), some_of(copied, "g-")).map(
            lambda both: [*both[0], *both[1]]
        ),
    }
    return st.fixed_dictionaries(parts).map(lambda chosen: contract.a_form(**chosen))


SPECS = {cloud: specs(contract) for cloud, contract in CONTRACTS.items()}


@each_cloud
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_what_a_spec_says_arrives_and_is_declared(cloud: Provider, data: st.DataObject) -> None:
    config = CONTRACTS[cloud.name].frozen(data.draw(SPECS[cloud.name]))
    emitted = cloud.to_tfvars(config, OWNER)
    every_component_arrives(cloud, config, emitted)
    whatever_is_emitted_is_declared(cloud, emitted)


def every_component_arrives(cloud: Provider, config: SpecConfig, emitted: Mapping[str, Any]) -> None:
    arrives_in = CONTRACTS[cloud.name].arrives_in
    for kind, field in COLLECTIONS.items():
        wanted = {component.name for component in getattr(config, field)}
        for place in arrives_in[kind]:
            arrived = [name for variable in place.split(" + ") for name in names_in(emitted[variable])]
            assert sorted(arrived) == sorted(wanted), f"{place} has not every {kind} once"


def names_in(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else [entry["name"] for entry in value]


def whatever_is_emitted_is_declared(cloud: Provider, emitted: Mapping[str, Any]) -> None:
    declared = variables(template(cloud))
    assert emitted.keys() <= declared.keys()
    for name, value in emitted.items():
        unknown = attributes_in(value) - set(re.findall(r"(\w+) = ", declared[name]["type"]))
        assert not unknown, f"{name} has no attribute {unknown}"


def attributes_in(value: Any) -> set[str]:
    """Attribute names of the objects in a map or list of objects, and of the objects inside those."""
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    found: set[str] = set()
    for entry in entries:
        if isinstance(entry, dict):
            found |= entry.keys()
            for inner in entry.values():
                found |= attributes_in(inner) if isinstance(inner, list) else set()
    return found


@each_cloud
def test_every_variable_without_a_default_is_always_emitted(cloud: Provider) -> None:
    contract = CONTRACTS[cloud.name]
    nothing = {
        "provider": cloud.name,
        "project_name": "a",
        "environment_stage": "development",
        "region": contract.region,
    }
    bare = cloud.to_tfvars(contract.frozen(nothing), OWNER)
    needed = {name for name, block in variables(template(cloud)).items() if "default" not in block}
    assert needed <= {name for name, value in bare.items() if value is not None}


@each_cloud
def test_every_variable_but_free_tags_comes_from_the_spec(cloud: Provider) -> None:
    contract = CONTRACTS[cloud.name]
    emitted = cloud.to_tfvars(contract.frozen(contract.a_form()), OWNER)
    assert variables(template(cloud)).keys() - emitted.keys() == {contract.for_people}


@each_cloud
def test_every_variable_says_what_it_is(cloud: Provider) -> None:
    for name, block in variables(template(cloud)).items():
        assert block["type"], name
        assert len(block["description"]) > 10, name


@each_cloud
def test_the_outputs_that_the_control_plane_reads_exist(cloud: Provider) -> None:
    contract = CONTRACTS[cloud.name]
    declared = outputs(template(cloud))
    assert declared.keys() >= contract.outputs
    maps = {
        name: facts_of_each(contract) for name, block in declared.items() if ".facts" in str(block["value"])
    }
    full = contract.frozen(contract.a_form())
    components = cloud.outputs_to_components(full, {**dict.fromkeys(declared, "x"), **maps})
    with_facts = {(component.kind, component.name) for component in components}
    assert len(with_facts) == 3 + sum(len(getattr(full, field)) for field in COLLECTIONS.values())


def facts_of_each(contract: Contract) -> dict[str, Any]:
    full = contract.a_form()
    return {component["name"]: {"id": "id"} for field in COLLECTIONS.values() for component in full[field]}
