"""Which outputs of ``templates/aws`` tell of which component, and how people sign in to its cluster."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.kubeconfig import Kubeconfig
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import ComponentKind

from ..outputs import FactOutputs

FACTS = FactOutputs(
    single={
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
    },
    many={
        ComponentKind.DATABASE: "rds",
        ComponentKind.CACHE: "redis",
        ComponentKind.QUEUE: "sqs_queues",
        ComponentKind.TOPIC: "sns_topics",
        ComponentKind.NOSQL_TABLE: "ddb_tables",
        ComponentKind.CONTAINER_REGISTRY: "ecr_repositories",
        ComponentKind.STORAGE_BUCKET: "s3_buckets",
        ComponentKind.SECRET: "secrets",
    },
)


def cluster_login(config: SpecConfig, facts: Mapping[str, Any]) -> Kubeconfig:
    """By the AWS CLI, which turns the person's own AWS session into a token."""
    return Kubeconfig(
        cluster=facts["name"],
        server=facts["endpoint"],
        certificate_authority=facts["ca_certificate"],
        command="aws",
        arguments=("eks", "get-token", "--cluster-name", facts["name"], "--region", config.region),
        needs="the AWS CLI, signed in to the account",
    )
