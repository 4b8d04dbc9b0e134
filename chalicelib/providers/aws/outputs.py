"""terraform's outputs → what is known of each component.

Outputs name credentials, they never hold one. After an apply that broke off, some are missing; their
components are then left out rather than reported empty.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.domain.lifecycle.component import ComponentStatus
from chalicelib.domain.spec import ComponentFacts, each_component
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import ComponentKind

Facts = dict[str, Any]

_SINGLE: Mapping[ComponentKind, Mapping[str, str]] = {
    ComponentKind.NETWORK: {
        "vpc_id": "vpc_id",
        "private_subnet_ids": "vpc_private_subnet_ids",
        "public_subnet_ids": "vpc_public_subnet_ids",
    },
    ComponentKind.CLUSTER: {
        "name": "eks_cluster_name",
        "endpoint": "eks_cluster_endpoint",
        "arn": "eks_cluster_arn",
        "ca_certificate": "eks_cluster_ca_certificate",
        "oidc_provider_arn": "eks_oidc_provider_arn",
        "karpenter": "eks_karpenter",
    },
    ComponentKind.DNS: {
        "zone_id": "route53_zone_id",
        "name_servers": "route53_name_servers",
        "certificate_arn": "acm_certificate_arn",
        "application_waf_arn": "application_waf_arn",
        "cloudfront_waf_arn": "cloudfront_waf_arn",
    },
}
"""Kind of which a spec has one → fact → output that holds it."""

_MAPS: Mapping[ComponentKind, str] = {
    ComponentKind.DATABASE: "rds",
    ComponentKind.CACHE: "redis",
    ComponentKind.QUEUE: "sqs_queues",
    ComponentKind.TOPIC: "sns_topics",
    ComponentKind.NOSQL_TABLE: "ddb_tables",
    ComponentKind.CONTAINER_REGISTRY: "ecr_repositories",
    ComponentKind.STORAGE_BUCKET: "s3_buckets",
    ComponentKind.SECRET: "secrets",
}
"""Kind of which a spec has many → output with the facts of each by name."""


def outputs_to_components(config: SpecConfig, outputs: Mapping[str, Any]) -> list[ComponentFacts]:
    """The facts of every component of `config` that `outputs` mention; each of them is ACTIVE."""
    return list(_observed(config, outputs))


def _observed(config: SpecConfig, outputs: Mapping[str, Any]) -> Iterator[ComponentFacts]:
    for kind, name, _component in each_component(config):
        if kind is ComponentKind.REPOSITORIES:
            continue
        facts = _facts_of(kind, name, outputs)
        if facts:
            yield ComponentFacts(kind=kind, name=name, status=ComponentStatus.ACTIVE, facts=facts)


def _facts_of(kind: ComponentKind, name: str, outputs: Mapping[str, Any]) -> Facts:
    if kind in _SINGLE:
        found = {fact: outputs.get(output) for fact, output in _SINGLE[kind].items()}
    else:
        found = (outputs.get(_MAPS[kind]) or {}).get(name) or {}
    return {fact: value for fact, value in found.items() if value not in (None, "", [])}
