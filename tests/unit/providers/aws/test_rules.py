"""What AWS would refuse is said before terraform starts, at the field that is wrong."""

from typing import Any

import pytest

from chalicelib.domain.words import CloudProvider, Stage
from chalicelib.providers import registry
from chalicelib.services.spec_forms import read_form
from tests.support.aws_specs import a_form_for_aws, form

AWS = registry[CloudProvider.AWS]


def problems_of(**changes: Any) -> dict[str, str]:
    return {problem.field: problem.message for problem in AWS.validate(form(a_form_for_aws(**changes)))}


def test_a_spec_with_two_of_everything_is_fine() -> None:
    assert problems_of() == {}


def test_an_empty_spec_is_fine() -> None:
    assert (
        AWS.validate(form({"project_name": "a", "environment_stage": "production", "region": "eu-west-1"}))
        == []
    )


@pytest.mark.parametrize("stage", Stage)
def test_the_defaults_of_each_stage_are_fine(stage: Stage) -> None:
    bare = {
        "project_name": "shop",
        "environment_stage": stage,
        "region": "eu-west-1",
        "network": {},
        "cluster": {},
        "dns": {"domain_name": "shop.example.com"},
        "databases": [{"name": "one"}],
        "caches": [{"name": "one"}],
    }
    assert AWS.validate(read_form(bare)) == []


def test_all_faults_are_told_at_once() -> None:
    assert problems_of(
        region="mars-1", caches=[a_cache(engine_version="9"), a_cache(name="b", node_type="big")]
    ).keys() == {"region", "caches[0].engine_version", "caches[1].node_type"}


def a_database(**changes: Any) -> dict[str, Any]:
    return {"name": "orders", "engine": "aurora-postgresql", "engine_version": "16.8", **changes}


def a_cache(**changes: Any) -> dict[str, Any]:
    return {
        "name": "pages",
        "engine": "redis",
        "engine_version": "7.1",
        "node_type": "cache.t4g.micro",
        **changes,
    }


def a_cluster(**changes: Any) -> dict[str, Any]:
    return {"cluster_version": "1.33", "instance_types": ["t3.medium"], **changes}


def an_existing_network(**changes: Any) -> dict[str, Any]:
    return {"provision_network": False, "network_id": "vpc-0a1b2c3d4e5f67890", **changes}


def a_topic(protocol: str, endpoint: str, *more: dict[str, str]) -> dict[str, Any]:
    return {"name": "news", "subscriptions": [{"protocol": protocol, "endpoint": endpoint}, *more]}


def a_table(**changes: Any) -> dict[str, Any]:
    return {"name": "carts", "hash_key": "id", **changes}


def a_global_table(**changes: Any) -> dict[str, Any]:
    return a_table(**{"table_type": "global", "global_replicas": ["us-east-1"], **changes})


ROLE = "arn:aws:iam::123456789012:role/platform"

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    # what is asked for, the field at fault, what the message must help with
    ({"region": "eu-west-9"}, "region", "eu-west-1"),
    # network
    ({"network": {"cidr_block": "10.0.0.0/24"}}, "network.cidr_block", "between /16 and /22"),
    ({"network": {"cidr_block": "10.0.0.0/8"}}, "network.cidr_block", "between /16 and /22"),
    ({"network": {"cidr_block": "fd00::/16"}}, "network.cidr_block", "IPv4"),
    ({"network": {"cidr_block": "172.17.0.0/16"}}, "network.cidr_block", "10.0.0.0/16"),
    ({"network": {"private_subnet_ids": ["subnet-0a1b2c3d"]}}, "network.private_subnet_ids", "network_id"),
    ({"network": an_existing_network(network_id="my-vpc")}, "network.network_id", "vpc-0a1b2c3d4e5f67890"),
    (
        {"network": an_existing_network(public_subnet_ids=["public-a"])},
        "network.public_subnet_ids[0]",
        "subnet-0a1b2c3d4e5f67890",
    ),
    (
        {"network": an_existing_network(private_subnet_ids=["subnet-0a1b2c3d"])},
        "network.private_subnet_ids",
        "two zones",
    ),
    (
        {"network": an_existing_network(private_subnet_ids=["subnet-0a1b2c3d"] * 2)},
        "network.private_subnet_ids[1]",
        "already",
    ),
    ({"network": {"allowed_cidr_blocks": ["10.1.0.0/16"]}}, "network.allowed_cidr_blocks[0]", "public one"),
    ({"network": {"allowed_cidr_blocks": ["2001:db8::/32"]}}, "network.allowed_cidr_blocks[0]", "IPv4"),
    (
        {"network": {"allowed_cidr_blocks": ["203.0.113.0/24", "203.0.113.8/32"]}},
        "network.allowed_cidr_blocks[1]",
        "203.0.113.0/24",
    ),
    (
        {"network": {"allowed_cidr_blocks": [f"203.0.113.{n}/32" for n in range(41)]}},
        "network.allowed_cidr_blocks",
        "at most 40",
    ),
    # cluster
    ({"cluster": a_cluster(cluster_version="1.12")}, "cluster.cluster_version", "1.33"),
    ({"cluster": a_cluster(instance_types=["medium"])}, "cluster.instance_types[0]", "t3.medium"),
    ({"cluster": a_cluster(instance_types=["t3.large"] * 2)}, "cluster.instance_types[1]", "already"),
    (
        {"cluster": a_cluster(instance_types=["t3.large", "t4g.large"])},
        "cluster.instance_types",
        "architecture",
    ),
    ({"cluster": a_cluster(cluster_admins=["ada"])}, "cluster.cluster_admins[0]", ROLE),
    (
        {"cluster": a_cluster(cluster_admins=["arn:aws:sts::123456789012:assumed-role/platform/ada"])},
        "cluster.cluster_admins[0]",
        ROLE,
    ),
    ({"cluster": a_cluster(cluster_admins=[ROLE, ROLE])}, "cluster.cluster_admins[1]", "already"),
    (
        {"cluster": a_cluster(provider_config={"enable_carpenter": True})},
        "cluster.provider_config.enable_carpenter",
        "enable_karpenter",
    ),
    (
        {"cluster": a_cluster(provider_config={"enable_karpenter": "yes"})},
        "cluster.provider_config.enable_karpenter",
        "true or false",
    ),
    # dns
    ({"dns": {"domain_name": "a.example.com", "zone_id": "zone"}}, "dns.zone_id", "Z0123456789ABCDEFGHIJ"),
    ({"dns": {"domain_name": f"{'a' * 60}.example.com"}}, "dns.domain_name", "64 characters"),
    # databases
    ({"databases": [a_database(engine="oracle")]}, "databases[0].engine", "aurora-postgresql, aurora-mysql"),
    ({"databases": [a_database(engine_version="9.6")]}, "databases[0].engine_version", "16.8"),
    (
        {"databases": [a_database(), a_database(name="b", engine="aurora-mysql")]},
        "databases[1].engine_version",
        "mysql_aurora",
    ),
    ({"databases": [a_database(max_capacity=2.3)]}, "databases[0].max_capacity", "steps of 0.5"),
    ({"databases": [a_database(max_capacity=0.5)]}, "databases[0].max_capacity", "at least 1"),
    ({"databases": [a_database(port=1100)]}, "databases[0].port", "1150"),
    ({"databases": [a_database(name="order_lines")]}, "databases[0].name", "hyphens"),
    ({"databases": [a_database(name="orders--eu")]}, "databases[0].name", "single hyphens"),
    ({"databases": [a_database(name="orders-")]}, "databases[0].name", "at the end"),
    ({"project_name": "my--shop"}, "project_name", "single ones"),
    # caches
    ({"caches": [a_cache(engine_version="5.0")]}, "caches[0].engine_version", "7.1"),
    ({"caches": [a_cache(engine="valkey", engine_version="7.1")]}, "caches[0].engine_version", "8.0"),
    ({"caches": [a_cache(node_type="t4g.micro")]}, "caches[0].node_type", "cache.t4g.micro"),
    ({"caches": [a_cache(name="page.views")]}, "caches[0].name", "hyphens"),
    (
        {"caches": [a_cache(allowed_cidr_blocks=["10.0.0.0/8", "10.1.0.0/16"])]},
        "caches[0].allowed_cidr_blocks[1]",
        "10.0.0.0/8",
    ),
    # queues and topics
    ({"topics": [], "queues": [{"name": "a.fifo"}]}, "queues[0].name", "set fifo"),
    ({"topics": [], "queues": [{"name": "a.b", "fifo": True}]}, "queues[0].name", "underscores"),
    (
        {"topics": [], "queues": [{"name": "a", "fifo": True}, {"name": "a.fifo", "fifo": True}]},
        "queues[1].name",
        "a.fifo",
    ),
    (
        {"topics": [], "queues": [{"name": "a", "dead_letter": {}}, {"name": "a-dlq"}]},
        "queues[0].name",
        "rename one",
    ),
    ({"topics": [{"name": "news.eu"}]}, "topics[0].name", "underscores"),
    ({"topics": [a_topic("pigeon", "loft")]}, "topics[0].subscriptions[0].protocol", "sqs"),
    ({"topics": [a_topic("https", "http://a.example")]}, "topics[0].subscriptions[0].endpoint", "https://"),
    ({"topics": [a_topic("email", "ada")]}, "topics[0].subscriptions[0].endpoint", "e-mail"),
    ({"topics": [a_topic("lambda", "handler")]}, "topics[0].subscriptions[0].endpoint", "ARN of a function"),
    ({"topics": [a_topic("sms", "0861234567")]}, "topics[0].subscriptions[0].endpoint", "+353"),
    ({"topics": [a_topic("sqs", "nowhere")]}, "topics[0].subscriptions[0].endpoint", "mails"),
    ({"topics": [a_topic("sqs", "billing.fifo")]}, "topics[0].subscriptions[0].endpoint", "standard"),
    (
        {"topics": [a_topic("sqs", "mails", {"protocol": "sqs", "endpoint": "mails"})]},
        "topics[0].subscriptions[1]",
        "already",
    ),
    # tables
    ({"nosql_tables": [a_table(name="ab")]}, "nosql_tables[0].name", "3 characters"),
    ({"nosql_tables": [a_table(hash_key="k" * 256)]}, "nosql_tables[0].hash_key", "255"),
    (
        {"nosql_tables": [a_global_table(global_replicas=["mars-1"])]},
        "nosql_tables[0].global_replicas[0]",
        "eu-west-1",
    ),
    (
        {"nosql_tables": [a_global_table(global_replicas=["eu-west-1"])]},
        "nosql_tables[0].global_replicas[0]",
        "own region",
    ),
    (
        {"nosql_tables": [a_global_table(global_replicas=["us-east-1"] * 2)]},
        "nosql_tables[0].global_replicas[1]",
        "already",
    ),
    (
        {"nosql_tables": [a_global_table(billing_mode="PROVISIONED")]},
        "nosql_tables[0].billing_mode",
        "PAY_PER_REQUEST",
    ),
    (
        {"nosql_tables": [a_table(provider_config={"read_capacity": 5})]},
        "nosql_tables[0].provider_config.read_capacity",
        "PROVISIONED",
    ),
    (
        {"nosql_tables": [a_table(billing_mode="PROVISIONED", provider_config={"write_capacity": 0})]},
        "nosql_tables[0].provider_config.write_capacity",
        "at least 1",
    ),
    # registries and buckets
    ({"container_registries": [{"name": "api-"}]}, "container_registries[0].name", "parted by"),
    ({"storage_buckets": [{"name": "my_files"}]}, "storage_buckets[0].name", "hyphens"),
    ({"storage_buckets": [{"name": "my.files"}]}, "storage_buckets[0].name", "hyphens"),
    (
        {"storage_buckets": [{"name": "a", "cors_origins": ["shop.example.com"]}]},
        "storage_buckets[0].cors_origins[0]",
        "https://shop.example.com",
    ),
]


@pytest.mark.parametrize(("asked", "field", "help_"), REFUSED, ids=[f"{f}-{h}" for _, f, h in REFUSED])
def test_what_aws_would_refuse(asked: dict[str, Any], field: str, help_: str) -> None:
    problems = problems_of(**asked)
    assert list(problems) == [field]
    assert help_ in problems[field]


ACCEPTED: list[dict[str, Any]] = [
    {"network": {"allowed_cidr_blocks": ["0.0.0.0/0"]}},
    {"network": an_existing_network(private_subnet_ids=["subnet-0a1b2c3d", "subnet-1a1b2c3d"])},
    {"cluster": a_cluster(instance_types=["t4g.large", "m7gd.large"])},
    {"cluster": a_cluster(instance_types=["g4dn.xlarge", "g5.xlarge"])},
    {"databases": [a_database(min_capacity=0)]},
    {"topics": [a_topic("sqs", "arn:aws:sqs:eu-west-1:123456789012:theirs")]},
    {"project_name": "my--shop", "databases": [], "caches": []},
    {
        "storage_buckets": [
            {"name": "a", "cors_origins": ["*", "https://*.example.com", "http://localhost:3000"]}
        ]
    },
]


@pytest.mark.parametrize("asked", ACCEPTED, ids=str)
def test_what_aws_takes(asked: dict[str, Any]) -> None:
    assert problems_of(**asked) == {}
