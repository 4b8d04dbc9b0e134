"""The templates that customers deploy, where their CloudFormation can read them: for links of one click.

Off by default: without it, customers get the same texts from the API, to be pasted. CloudFormation's console
takes a template from an S3 address alone, so publishing makes a bucket of which everybody may read exactly
two objects. Their names hold a digest of what is in them: a template never changes under its address.
"""

import hashlib
import json

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge
from cdk.constructs.logs import log_group
from chalicelib.providers.linking import aws_template, aws_workers
from chalicelib.providers.linking.aws import AUDIENCE
from chalicelib.services.oidc_issuer import issuer_url

DIGITS = 16
"""Of the digest in an object's name."""

COPIER_LOG_DAYS = 30
ASSETS = "cdk-hnb659fds-assets-<AWS::AccountId>-<AWS::Region>"
"""The bucket of the CDK's bootstrap stack."""


class LinkTemplates(Construct):
    """Settings that say where the templates are; and the bucket, if they are published here.

    Parameters
    ----------
    api_url : str
        Of our API: its OIDC issuer stands in the link's template.
    publish : bool
        Make the bucket.
    link, worker : str
        Addresses of copies that are published elsewhere; these count first.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        api_url: str,
        publish: bool = False,
        link: str | None = None,
        worker: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        published = self._publish(api_url) if publish else {}
        self.settings = {
            "link_template_url": link or published.get("alethia-link", ""),
            "worker_template_url": worker or published.get("alethia-runners", ""),
        }

    def _publish(self, api_url: str) -> dict[str, str]:
        texts = {
            "alethia-link": aws_template.template(issuer_url=issuer_url(api_url), audience=AUDIENCE),
            "alethia-runners": aws_workers.template(),
        }
        keys = {name: f"{name}-{self._digest(text)}.json" for name, text in texts.items()}
        bucket = self._bucket(list(keys.values()))
        copier = s3_deployment.BucketDeployment(
            self,
            "Copy",
            destination_bucket=bucket,
            sources=[s3_deployment.Source.data(keys[name], text) for name, text in texts.items()],
            content_type="application/json",
            # Nobody can read what was published before: the bucket's policy names the two of now.
            prune=False,
            retain_on_delete=False,
            memory_limit=512,
            log_group=log_group(self, "CopyLog", COPIER_LOG_DAYS),
        )
        self._acknowledge(bucket, copier)
        return {name: f"https://{bucket.bucket_regional_domain_name}/{key}" for name, key in keys.items()}

    def _digest(self, text: str) -> str:
        """Of a text that may hold an address which only the deployment knows."""
        known = json.dumps(Stack.of(self).resolve(text), sort_keys=True)
        return hashlib.sha256(known.encode()).hexdigest()[:DIGITS]

    def _bucket(self, keys: list[str]) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=RemovalPolicy.DESTROY,
            block_public_access=s3.BlockPublicAccess(
                block_public_acls=True,
                ignore_public_acls=True,
                block_public_policy=False,
                restrict_public_buckets=False,
            ),
        )
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="EverybodyReadsTheTemplates",
                actions=["s3:GetObject"],
                principals=[iam.StarPrincipal()],
                resources=[bucket.arn_for_objects(key) for key in keys],
            )
        )
        return bucket

    def _acknowledge(self, bucket: s3.Bucket, copier: s3_deployment.BucketDeployment) -> None:
        acknowledge(
            bucket,
            {
                "AwsSolutions-S1": "Who reads a public template is of no concern.",
                "AwsSolutions-S2": "Two templates, and nothing else, are meant to be read by everybody.",
            },
        )
        stack = Stack.of(self)
        made = bucket.node.default_child
        assert isinstance(made, s3.CfnBucket)
        objects = f"<{stack.get_logical_id(made)}.Arn>/*"
        assets = f"arn:<AWS::Partition>:s3:::{ASSETS}/*"
        basic = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        actions = ("s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:DeleteObject*", "s3:Abort*")
        runs = "The CDK's own copier, which runs during a deployment and at no other time."
        function = copier.handler_role.node.scope
        assert function is not None, "the copier's role is the copier's"
        acknowledge(
            function,
            {
                "AwsSolutions-L1": runs,
                "Serverless-LambdaLatestVersion": runs,
                "Serverless-LambdaDLQ": runs,
                "Serverless-LambdaTracing": runs,
                f"AwsSolutions-IAM4[Policy::{basic}]": runs,
                f"AwsSolutions-IAM5[Resource::{objects}]": "It fills this bucket.",
                f"AwsSolutions-IAM5[Resource::{assets}]": "It reads what the CDK uploads.",
                **{f"AwsSolutions-IAM5[Action::{action}]": "As the CDK grants it." for action in actions},
            },
        )
