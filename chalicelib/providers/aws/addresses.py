"""From terraform's words back to Alethia's: a resource's component, and the service that it is of.

The template calls one module for each kind, so ``module.database["orders"].aws_rds_cluster.this`` says all
there is to know.
"""

import json
import re

from chalicelib.domain.components import SINGLETONS
from chalicelib.domain.words import ComponentKind

_MODULE = re.compile(r'module\.(?P<kind>[a-z_]+)(?:\[(?:\d+|(?P<key>"(?:[^"\\]|\\.)*"))\])?\.')

_KINDS = {kind.value: kind for kind in ComponentKind}

_GROUPS = {
    "aws_acm_": "AWS Certificate Manager",
    "aws_cloudwatch_event_": "AWS EventBridge",
    "aws_cloudwatch_log_": "AWS CloudWatch Logs",
    "aws_db_": "AWS RDS",
    "aws_default_security_group": "AWS VPC",
    "aws_dynamodb_": "AWS DynamoDB",
    "aws_ec2_tag": "AWS EC2",
    "aws_ecr_": "AWS ECR",
    "aws_eip": "AWS VPC",
    "aws_eks_": "AWS EKS",
    "aws_elasticache_": "AWS ElastiCache",
    "aws_flow_log": "AWS VPC",
    "aws_iam_": "AWS IAM",
    "aws_internet_gateway": "AWS VPC",
    "aws_kms_": "AWS KMS",
    "aws_launch_template": "AWS EC2",
    "aws_nat_gateway": "AWS VPC",
    "aws_rds_": "AWS RDS",
    "aws_route": "AWS VPC",
    "aws_route53_": "AWS Route 53",
    "aws_s3_": "AWS S3",
    "aws_secretsmanager_": "AWS Secrets Manager",
    "aws_security_group": "AWS VPC",
    "aws_sns_": "AWS SNS",
    "aws_sqs_": "AWS SQS",
    "aws_subnet": "AWS VPC",
    "aws_vpc": "AWS VPC",
    "aws_wafv2_": "AWS WAF",
}
"""Beginning of a resource type → what people call the service; the longest match counts."""


def component_of(address: str) -> tuple[ComponentKind, str] | None:
    """Kind and name of the component behind `address`; ``None`` for what belongs to no component."""
    match = _MODULE.match(address)
    if match is None or match["kind"] not in _KINDS:
        return None
    kind = _KINDS[match["kind"]]
    if kind in SINGLETONS:
        return kind, kind.value
    return (kind, json.loads(match["key"])) if match["key"] else None


def group_of(resource_type: str) -> str:
    """``AWS EKS`` for ``aws_eks_cluster``; a type that nobody listed gives the second word of its name."""
    matches = [beginning for beginning in _GROUPS if resource_type.startswith(beginning)]
    if matches:
        return _GROUPS[max(matches, key=len)]
    words = resource_type.split("_")
    return f"AWS {words[1].upper()}" if words[0] == "aws" and len(words) > 1 else "Other"
