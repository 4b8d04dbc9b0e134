"""The contract between a provider and its template.

Terraform silently drops a value that no variable declares, and an attribute that an object type lacks. So:
whatever is emitted is declared, down to the attributes of objects, and every component of a spec arrives.
"""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.aws_specs import OWNER, a_form_for_aws, frozen
from tests.support.templates import AWS_TEMPLATE, outputs, variables

AWS = registry[CloudProvider.AWS]
DECLARED = variables(AWS_TEMPLATE)

ARRIVES_IN = {
    ComponentKind.DATABASE: ("rds_config",),
    ComponentKind.CACHE: (
        *("redis_instance_type", "redis_cluster_size", "redis_engine", "redis_engine_version"),
        *("redis_multi_az_enabled", "redis_allowed_cidr_blocks"),
    ),
    ComponentKind.QUEUE: ("sqs_queues",),
    ComponentKind.TOPIC: ("sns_topics",),
    ComponentKind.CONTAINER_REGISTRY: ("ecr_names_map",),
    ComponentKind.STORAGE_BUCKET: ("bucket_configuration",),
    ComponentKind.SECRET: ("custom_secrets",),
}
"""Kind → the variables in each of which every component of it must be. Tables are in one of two."""

A_NAME = st.from_regex(r"[a-z][a-z0-9]{2,12}", fullmatch=True)


def some_of(component: dict[str, Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """None to four components like `component`, under names of their own."""
    names = st.lists(A_NAME, max_size=4, unique=True)
    return names.map(lambda chosen: [{**component, "name": name} for name in chosen])


def maybe(field: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, a_form_for_aws()[field]])


SPECS = st.fixed_dictionaries(
    {
        "environment_stage": st.sampled_from(["development", "staging", "production"]),
        **{field: maybe(field) for field in ("network", "cluster", "dns", "repositories")},
        **{
            field: some_of(a_form_for_aws()[field][0])
            for field in COLLECTIONS.values()
            if field != "nosql_tables"
        },
        "nosql_tables": st.tuples(
            some_of(a_form_for_aws()["nosql_tables"][1]), some_of(a_form_for_aws()["nosql_tables"][2])
        ).map(lambda both: [*both[0], *({**table, "name": f"g-{table['name']}"} for table in both[1])]),
    }
).map(lambda parts: a_form_for_aws(**parts))


def names_in(value: Any) -> set[str]:
    return set(value) if isinstance(value, dict) else {entry["name"] for entry in value}


@given(SPECS)
@settings(max_examples=60, deadline=None)
def test_every_component_of_the_spec_arrives(body: dict[str, Any]) -> None:
    config = frozen(body)
    emitted = AWS.to_tfvars(config, OWNER)
    for kind, places in ARRIVES_IN.items():
        wanted = {component.name for component in getattr(config, COLLECTIONS[kind])}
        for place in places:
            assert names_in(emitted[place]) == wanted
    tables = names_in(emitted["ddb_table_configuration"]) | names_in(
        emitted["ddb_global_table_configuration"]
    )
    assert tables == {table.name for table in config.nosql_tables}


@given(SPECS)
@settings(max_examples=60, deadline=None)
def test_whatever_is_emitted_is_declared(body: dict[str, Any]) -> None:
    emitted = AWS.to_tfvars(frozen(body), OWNER)
    assert emitted.keys() <= DECLARED.keys()
    for name, value in emitted.items():
        for attribute in attributes_in(value):
            assert attribute in attributes_declared(name), f"{name} has no attribute {attribute}"


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


def attributes_declared(variable: str) -> set[str]:
    return set(re.findall(r"(\w+) = ", DECLARED[variable]["type"]))


def test_every_variable_without_a_default_is_always_emitted() -> None:
    bare = AWS.to_tfvars(
        frozen({"project_name": "a", "environment_stage": "development", "region": "eu-west-1"}), OWNER
    )
    assert {name for name, block in DECLARED.items() if "default" not in block} <= bare.keys()


def test_every_variable_but_free_tags_comes_from_the_spec() -> None:
    emitted = AWS.to_tfvars(frozen(a_form_for_aws()), OWNER)
    assert DECLARED.keys() - emitted.keys() == {"tags"}


@pytest.mark.parametrize("name", DECLARED)
def test_every_variable_says_what_it_is(name: str) -> None:
    assert DECLARED[name]["type"]
    assert len(DECLARED[name]["description"]) > 10


OUTPUTS_OF_THE_CONTRACT = {
    *("vpc_id", "eks_cluster_name", "eks_cluster_endpoint", "eks_cluster_arn", "eks_cluster_ca_certificate"),
    *("rds", "redis", "acm_certificate_arn", "route53_zone_id"),
}


def test_the_outputs_that_the_control_plane_reads_exist() -> None:
    declared = outputs(AWS_TEMPLATE)
    read = dict.fromkeys(declared, "x")
    components = AWS.outputs_to_components(frozen(a_form_for_aws()), {**read, **every_map(declared)})
    with_facts = {(component.kind, component.name) for component in components}
    assert declared.keys() >= OUTPUTS_OF_THE_CONTRACT
    assert len(with_facts) == 21


def every_map(declared: dict[str, Any]) -> dict[str, Any]:
    """Facts for each component in each output that holds a map of them."""
    names = {c["name"] for field in COLLECTIONS.values() for c in a_form_for_aws()[field]}
    maps = [name for name, block in declared.items() if ".facts" in str(block["value"])]
    return {name: {component: {"arn": "arn"} for component in names} for name in maps}
