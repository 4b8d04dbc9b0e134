"""terraform's outputs become facts of components."""

from typing import Any

from chalicelib.domain.lifecycle.component import ComponentStatus
from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.aws_specs import a_form_for_aws, frozen

AWS = registry[CloudProvider.AWS]

OUTPUTS: dict[str, Any] = {
    "vpc_id": "vpc-1",
    "vpc_private_subnet_ids": ["subnet-1"],
    "vpc_public_subnet_ids": [],
    "eks_cluster_name": "shop-development",
    "eks_cluster_endpoint": "https://k8s.example.com",
    "eks_cluster_arn": "arn:aws:eks:eu-west-1:123456789012:cluster/shop-development",
    "eks_karpenter": None,
    "rds": {
        "orders": {
            "writer_endpoint": "w.example.com",
            "reader_endpoint": "r.example.com",
            "master_credentials_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!x",
        },
        "legacy": {"writer_endpoint": "l.example.com", "reader_endpoint": ""},
    },
    "redis": {"pages": {"primary_endpoint": "p.example.com"}},
    "sqs_queues": {"mails": {"url": "https://sqs.example.com/mails", "dead_letter_url": None}},
}


def observed(outputs: dict[str, Any]) -> dict[tuple[ComponentKind, str], dict[str, Any]]:
    components = AWS.outputs_to_components(frozen(a_form_for_aws()), outputs)
    assert {component.status for component in components} <= {ComponentStatus.ACTIVE}
    return {(component.kind, component.name): component.facts for component in components}


def test_each_database_gets_its_own_endpoints() -> None:
    facts = observed(OUTPUTS)
    assert facts[ComponentKind.DATABASE, "orders"] == OUTPUTS["rds"]["orders"]
    assert facts[ComponentKind.DATABASE, "legacy"] == {"writer_endpoint": "l.example.com"}


def test_a_singleton_gathers_its_outputs() -> None:
    facts = observed(OUTPUTS)
    assert facts[ComponentKind.NETWORK, "network"] == {"vpc_id": "vpc-1", "private_subnet_ids": ["subnet-1"]}
    assert facts[ComponentKind.CLUSTER, "cluster"]["endpoint"] == "https://k8s.example.com"


def test_what_the_outputs_do_not_mention_is_left_out() -> None:
    facts = observed(OUTPUTS)
    assert (ComponentKind.CACHE, "pages") in facts
    assert (ComponentKind.CACHE, "sessions") not in facts
    assert (ComponentKind.REPOSITORIES, "repositories") not in facts
    assert observed({}) == {}


def test_an_output_of_an_unknown_component_is_ignored() -> None:
    assert observed({"redis": {"somebody-elses": {"primary_endpoint": "x"}}}) == {}
