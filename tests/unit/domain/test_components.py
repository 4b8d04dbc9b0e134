"""What the form refuses, and the field that it names."""

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.problems import problems_of
from chalicelib.domain.spec import (
    SpecForm,
    check_names_unique,
    check_ready_to_plan,
    each_component,
    with_stage_defaults,
)

CLUSTER = {"cluster_version": "1.33", "instance_types": ["t3.medium"]}
DATABASE = {"name": "orders", "engine": "aurora-postgresql", "engine_version": "16.6"}
CACHE = {"name": "sessions", "engine_version": "8.0", "node_type": "cache.t4g.small"}
TABLE = {"name": "events", "hash_key": "id"}


def a_form(**changes: Any) -> dict[str, Any]:
    return {"project_name": "shop", "environment_stage": "development", "region": "eu-west-1", **changes}


@pytest.mark.parametrize(
    ("changes", "field", "advice"),
    [
        ({"colour": "red"}, "colour", "check its spelling"),
        ({"project_name": "My Shop"}, "project_name", "DNS label"),
        ({"project_name": "s" * 33}, "project_name", "at most 32"),
        ({"environment_stage": "prod"}, "environment_stage", "'development', 'staging' or 'production'"),
        ({"terraform_version": "latest"}, "terraform_version", "such as 1.11.4"),
        ({"network": {"cidr_block": "10.0.0.1/16"}}, "network.cidr_block", "10.0.0.0/16"),
        ({"network": {"allowed_cidr_blocks": ["here"]}}, "network.allowed_cidr_blocks[0]", "CIDR"),
        ({"network": {"provision_network": False}}, "network", "network_id must name"),
        ({"network": {"network_id": "vpc-1"}}, "network", "set provision_network to false"),
        ({"cluster": {**CLUSTER, "node_min_size": 6}}, "cluster", "node_min_size <= node_desired_size"),
        ({"cluster": {**CLUSTER, "instance_types": []}}, "cluster.instance_types", "at least 1"),
        ({"dns": {"domain_name": "not a domain"}}, "dns.domain_name", "shop.example.com"),
        ({"databases": [{**DATABASE, "min_capacity": 8}]}, "databases[0]", "greater than max_capacity"),
        ({"databases": [DATABASE, {**DATABASE, "port": 80}]}, "databases[1].port", "1024"),
        ({"caches": [{**CACHE, "multi_az": True}]}, "caches[0]", "at least 2"),
        ({"queues": [{"name": "jobs", "delay_seconds": 901}]}, "queues[0].delay_seconds", "900"),
        ({"nosql_tables": [{**TABLE, "table_type": "global"}]}, "nosql_tables[0]", "global_replicas"),
        ({"nosql_tables": [{**TABLE, "global_replicas": ["eu-west-2"]}]}, "nosql_tables[0]", "'global'"),
        ({"nosql_tables": [{**TABLE, "range_key": "id"}]}, "nosql_tables[0]", "must differ"),
        ({"secrets": [{"name": "Key!"}]}, "secrets[0].name", "a letter first"),
    ],
)
def test_a_wrong_field_is_named_with_the_way_out(changes: dict[str, Any], field: str, advice: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        SpecForm.model_validate(a_form(**changes))
    problems = {problem.field: problem.message for problem in problems_of(refusal.value)}
    assert field in problems
    assert advice in problems[field]


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(ValidationError) as refusal:
        SpecForm.model_validate(a_form(secrets=[{"name": "api-key", "value": "canary-value"}]))
    assert "canary-value" not in str([problem.message for problem in problems_of(refusal.value)])


def test_names_are_unique_within_a_kind_and_free_across_kinds() -> None:
    check_names_unique(SpecForm.model_validate(a_form(queues=[{"name": "jobs"}], topics=[{"name": "jobs"}])))
    with pytest.raises(InvalidInput) as refusal:
        check_names_unique(SpecForm.model_validate(a_form(queues=[{"name": "jobs"}, {"name": "jobs"}])))
    assert refusal.value.field == "queues[1].name"


def test_a_stage_fills_in_only_what_a_person_left_out() -> None:
    form = a_form(network={"cidr_block": "10.9.0.0/16"}, databases=[{**DATABASE, "multi_az": False}])
    defaults = {
        "network": {"single_nat_gateway": False},
        "databases": {"multi_az": True},
        "cluster": {"x": 1},
    }
    filled = with_stage_defaults(form, defaults)
    assert filled["network"] == {"single_nat_gateway": False, "cidr_block": "10.9.0.0/16"}
    assert filled["databases"][0]["multi_az"] is False
    assert "cluster" not in filled


def test_wrong_shapes_pass_through_the_defaults_for_validation_to_name() -> None:
    assert with_stage_defaults({"databases": "two"}, {"databases": {"multi_az": True}}) == {
        "databases": "two"
    }


def test_every_component_is_visited_once() -> None:
    form = SpecForm.model_validate(a_form(network={}, databases=[DATABASE, {**DATABASE, "name": "users"}]))
    assert [(kind.value, name) for kind, name, _ in each_component(form)] == [
        ("network", "network"),
        ("database", "orders"),
        ("database", "users"),
    ]


@pytest.mark.parametrize(
    ("changes", "verified", "fields"),
    [
        ({}, False, ["cloud_identity"]),
        ({"cloud_identity": "identity-1"}, False, ["cloud_identity"]),
        ({"cloud_identity": "identity-1", "databases": [DATABASE]}, True, ["network"]),
        ({"cloud_identity": "identity-1", "cluster": CLUSTER}, True, ["network"]),
        ({"cloud_identity": "identity-1", "queues": [{"name": "jobs"}]}, True, []),
    ],
)
def test_a_plan_needs_a_verified_identity_and_a_network_for_what_lives_in_one(
    changes: dict[str, Any], verified: bool, fields: list[str]
) -> None:
    form = SpecForm.model_validate(a_form(**changes))
    try:
        check_ready_to_plan(form, identity_verified=verified)
        found: list[str] = []
    except InvalidInput as refusal:
        found = [problem.field for problem in refusal.problems]
    assert found == fields
