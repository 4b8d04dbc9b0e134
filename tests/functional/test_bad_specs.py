"""What bad input gets: 422, the field's path, and what would be right. Never a 500, never half a spec."""

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.builders import a_form

DATABASE = {"name": "orders", "engine": "aurora-postgresql", "engine_version": "16.6"}
CACHE = {"name": "pages", "engine": "valkey", "engine_version": "8.0", "node_type": "cache.t4g.micro"}
CLUSTER = {"cluster_version": "1.33", "instance_types": ["t3.medium"]}

BAD: list[tuple[str, dict[str, Any], str, str]] = [
    # what is wrong, the change to the form, the field that is named, a part of what would be right
    ("unknown field", {"colour": "red"}, "colour", "check its spelling"),
    (
        "unknown field of a component",
        {"network": {"cird": "10.0.0.0/16"}},
        "network.cird",
        "check its spelling",
    ),
    ("no project name", {"project_name": None}, "project_name", "a text"),
    ("upper case in the project name", {"project_name": "Shop"}, "project_name", "lower-case"),
    ("too long a project name", {"project_name": "a" * 33}, "project_name", "32"),
    ("no such stage", {"environment_stage": "live"}, "environment_stage", "'production'"),
    ("no such provider", {"provider": "ibm"}, "provider", "'aws'"),
    ("a version of terraform that is none", {"terraform_version": "latest"}, "terraform_version", "1.11.4"),
    (
        "a version of terraform in other digits",
        {"terraform_version": "\u0661.\u0661\u0661.\u0664"},
        "terraform_version",
        "1.11.4",
    ),
    (
        "a control character",
        {"nosql_tables": [{"name": "events", "hash_key": "id\u001b[31m"}]},
        "nosql_tables[0].hash_key",
        "readable",
    ),
    ("a CIDR that is none", {"network": {"cidr_block": "10.0.0.0/33"}}, "network.cidr_block", "10.0.0.0/16"),
    (
        "host bits in a CIDR",
        {"network": {"cidr_block": "10.0.0.1/16"}},
        "network.cidr_block",
        "host bits zero",
    ),
    (
        "an existing network without its id",
        {"network": {"provision_network": False}},
        "network",
        "network_id",
    ),
    (
        "overlapping CIDRs",
        {"network": {"cidr_block": "10.0.0.0/16", "allowed_cidr_blocks": ["10.0.0.0/8", "10.1.0.0/16"]}},
        "network.allowed_cidr_blocks[1]",
        "overlap",
    ),
    (
        "more nodes at least than at most",
        {"cluster": {**CLUSTER, "node_min_size": 9}},
        "cluster",
        "node_max_size",
    ),
    (
        "no instance types",
        {"cluster": {**CLUSTER, "instance_types": []}},
        "cluster.instance_types",
        "at least 1",
    ),
    ("two databases of one name", {"databases": [DATABASE, DATABASE]}, "databases[1].name", "unique"),
    ("a region of another cloud", {"provider": "gcp"}, "region", "europe-west1"),
    ("a region not in the catalogue", {"region": "moon-1"}, "region", "eu-west-1"),
    (
        "a Kubernetes version not in the catalogue",
        {"network": {}, "cluster": {**CLUSTER, "cluster_version": "1.2"}},
        "cluster.cluster_version",
        "1.33",
    ),
    (
        "an engine not in the catalogue",
        {"databases": [{**DATABASE, "engine": "oracle"}]},
        "databases[0].engine",
        "aurora-postgresql",
    ),
    (
        "an engine version not in the catalogue",
        {"databases": [{**DATABASE, "engine_version": "9.1"}]},
        "databases[0].engine_version",
        "16.6",
    ),
    (
        "less capacity at most than at least",
        {"databases": [{**DATABASE, "min_capacity": 8, "max_capacity": 2}]},
        "databases[0]",
        "max_capacity",
    ),
    (
        "one node across two zones",
        {"caches": [{**CACHE, "multi_az": True, "num_cache_nodes": 1}]},
        "caches[0]",
        "2",
    ),
    ("a queue's name that AWS would refuse", {"queues": [{"name": "e.mails"}]}, "queues[0].name", "hyphen"),
    ("a fifo queue with a bad name", {"queues": [{"name": "emails.fifo"}]}, "queues[0].name", "fifo"),
    ("a number where a text belongs", {"region": 7}, "region", "a text"),
    (
        "a text where a number belongs",
        {"queues": [{"name": "q", "delay_seconds": "soon"}]},
        "queues[0].delay_seconds",
        "integer",
    ),
    (
        "a number beyond exact JSON",
        {"queues": [{"name": "q", "delay_seconds": 10**30}]},
        "queues[0].delay_seconds",
        "between",
    ),
    ("a list where a section belongs", {"network": []}, "network", "Network"),
    ("a text where components belong", {"queues": "emails"}, "queues", "list"),
    (
        "an identity that is not of this zone",
        {"cloud_identity": "identity-of-somebody"},
        "cloud_identity",
        "link the account",
    ),
    ("an identity that can't be one", {"cloud_identity": "x" * 5000}, "cloud_identity", "link the account"),
    ("too many of a kind", {"queues": [{"name": f"q{n}"} for n in range(101)]}, "queues", "100"),
    (
        "an option that no mapping knows",
        {"databases": [{**DATABASE, "provider_config": {"colour": "red"}}]},
        "databases[0].provider_config.colour",
        "leave it out",
    ),
]


@pytest.mark.parametrize(
    ("change", "field", "right"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_a_wrong_field_is_named_with_what_would_be_right(
    api: Api, change: dict[str, Any], field: str, right: str
) -> None:
    zone = api.a_zone()
    reply = api.as_user("ada").post("/api/specs", {"zone_id": zone, **a_form(**change)})
    assert reply.status == 422, reply.body
    assert field in reply.problems, reply.problems
    assert right in reply.problems[field]
    assert api.as_user("ada").get(f"/api/zones/{zone}/specs").json["items"] == []


def test_every_wrong_field_is_named_at_once(api: Api) -> None:
    body = {"zone_id": api.a_zone(), **a_form(region=7, project_name="NO", network={"cidr_block": "x"})}
    reply = api.as_user("ada").post("/api/specs", body)
    assert set(reply.problems) == {"region", "project_name", "network.cidr_block"}
    assert reply.error["message"] == "3 fields need attention."


def test_offending_values_are_not_repeated_in_the_answer(api: Api) -> None:
    body = {
        "zone_id": api.a_zone(),
        **a_form(terraform_version="hunter2-secret", region={"a": "hunter2-secret"}),
    }
    reply = api.as_user("ada").post("/api/specs", body)
    assert reply.status == 422
    assert b"hunter2" not in reply.body


@pytest.mark.parametrize("field", ["zone_id", "project_name", "environment_stage", "region"])
def test_what_is_required_is_named_when_missing(api: Api, field: str) -> None:
    body = {"zone_id": api.a_zone(), **a_form()}
    del body[field]
    reply = api.as_user("ada").post("/api/specs", body)
    assert (reply.status, reply.problems) == (422, {field: "is required"})


@pytest.mark.parametrize("rev", [None, "1", 0, -1, 1.5, True, 10**12], ids=repr)
def test_an_edit_says_which_revision_it_was_made_against(api: Api, rev: object) -> None:
    spec = api.a_stored_spec()
    reply = api.as_user("ada").put(f"/api/specs/{spec['spec_id']}", {**a_form(), "expected_rev": rev})
    assert (reply.status, reply.error["field"]) == (422, "expected_rev")


def test_a_configuration_beyond_what_a_spec_holds_is_too_large(api: Api) -> None:
    def endpoint(number: int) -> str:
        return f"https://receiver-{number}.example.com/{'e' * 200}"

    subscriptions = [{"protocol": "https", "endpoint": endpoint(number)} for number in range(100)]
    topics = [{"name": f"topic-{number}", "subscriptions": subscriptions} for number in range(20)]
    reply = api.as_user("ada").post("/api/specs", {"zone_id": api.a_zone(), **a_form(topics=topics)})
    assert (reply.status, reply.error["code"]) == (413, "TooLarge")
    assert reply.error["details"] == {"limit_bytes": 256 * 1024}


def test_very_many_problems_are_counted_and_the_first_are_named(api: Api) -> None:
    topics = [{"name": "t", "subscriptions": [{"protocol": 1}] * 100}] * 50
    reply = api.as_user("ada").post("/api/specs", {"zone_id": api.a_zone(), **a_form(topics=topics)})
    assert (reply.status, len(reply.error["problems"])) == (422, 100)
    assert reply.error["message"] == "10000 fields need attention."
