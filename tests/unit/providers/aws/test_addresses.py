"""A terraform address leads back to its component, and a resource type to its service."""

import re

import pytest

from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.templates import AWS_TEMPLATE

AWS = registry[CloudProvider.AWS]


@pytest.mark.parametrize(
    ("address", "component"),
    [
        ("module.network[0].aws_vpc.this[0]", (ComponentKind.NETWORK, "network")),
        ('module.network[0].aws_subnet.private["eu-west-1a"]', (ComponentKind.NETWORK, "network")),
        ("module.cluster[0].aws_eks_cluster.this", (ComponentKind.CLUSTER, "cluster")),
        ("module.dns[0].aws_wafv2_web_acl.cloudfront[0]", (ComponentKind.DNS, "dns")),
        ('module.database["orders"].aws_rds_cluster.this', (ComponentKind.DATABASE, "orders")),
        (
            'module.database["a.b-c"].aws_rds_cluster_instance.this["writer"]',
            (ComponentKind.DATABASE, "a.b-c"),
        ),
        ('module.cache["pages"].aws_elasticache_replication_group.this', (ComponentKind.CACHE, "pages")),
        ('module.queue["billing.fifo"].aws_sqs_queue.dead_letter[0]', (ComponentKind.QUEUE, "billing.fifo")),
        ('module.topic["a"].aws_sns_topic_subscription.this["sqs:b"]', (ComponentKind.TOPIC, "a")),
        ('module.nosql_table["a"].aws_dynamodb_table.this', (ComponentKind.NOSQL_TABLE, "a")),
        ('module.container_registry["a"].aws_ecr_repository.this', (ComponentKind.CONTAINER_REGISTRY, "a")),
        ('module.storage_bucket["a"].aws_s3_bucket.this', (ComponentKind.STORAGE_BUCKET, "a")),
        ('module.secret["a"].aws_secretsmanager_secret.this', (ComponentKind.SECRET, "a")),
        ("data.aws_caller_identity.current", None),
        ("module.database.aws_rds_cluster.this", None),
        ('module.something["else"].aws_vpc.this', None),
        ("", None),
    ],
)
def test_the_component_of_an_address(address: str, component: tuple[ComponentKind, str] | None) -> None:
    assert AWS.component_of(address) == component


@pytest.mark.parametrize(
    ("resource_type", "group"),
    [
        ("aws_eks_node_group", "AWS EKS"),
        ("aws_route", "AWS VPC"),
        ("aws_route_table_association", "AWS VPC"),
        ("aws_route53_record", "AWS Route 53"),
        ("aws_vpc_security_group_ingress_rule", "AWS VPC"),
        ("aws_db_subnet_group", "AWS RDS"),
        ("aws_lambda_function", "Other"),
        ("terraform_data", "Terraform"),
    ],
)
def test_the_service_of_a_resource_type(resource_type: str, group: str) -> None:
    assert AWS.group_of(resource_type) == group


def test_every_type_in_the_template_has_a_readable_service() -> None:
    files = AWS_TEMPLATE.rglob("*.tf")
    types = {
        found for file in files for found in re.findall(r'^resource "(\w+)"', file.read_text(), re.MULTILINE)
    }
    groups = {AWS.group_of(resource_type) for resource_type in types}
    assert groups == {
        *("AWS Certificate Manager", "AWS CloudWatch Logs", "AWS DynamoDB", "AWS EC2", "AWS ECR", "AWS EKS"),
        *("AWS ElastiCache", "AWS EventBridge", "AWS IAM", "AWS KMS", "AWS RDS", "AWS Route 53", "AWS S3"),
        *("AWS SNS", "AWS SQS", "AWS Secrets Manager", "AWS VPC", "AWS WAF"),
    }
