"""Where plans, states and logs lie, and the key that seals them before they get there."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge
from cdk.deployment import ExternalStore

KEEPS_DELETED = Duration.days(90)


class Store(Construct):
    """The object store: a bucket of our own, or somebody else's S3-compatible one.

    Either holds ciphertext only. Objects are immutable, and no function may delete one; the bucket keeps
    versions for a person's slip, which costs nothing while there is none.
    """

    def __init__(self, scope: Construct, id: str, external: ExternalStore | None) -> None:
        super().__init__(scope, id)
        self.data_key = kms.Key(
            self,
            "DataKey",
            description="Wraps the data keys of Alethia's plans, states and logs",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
            pending_window=Duration.days(30),
        )
        self.bucket: s3.Bucket | None = None
        self.secret: secretsmanager.ISecret | None = None
        if external:
            self.secret = secretsmanager.Secret.from_secret_name_v2(self, "Keys", external.secret_name)
            self.settings = {
                "store_endpoint_url": external.endpoint_url,
                "store_region": external.region,
                "store_bucket": external.bucket,
                "store_access_key_id": external.access_key_id,
                "store_secret_name": external.secret_name,
            }
        else:
            self.bucket = self._bucket()
            self.settings = {
                "store_region": Stack.of(self).region,
                "store_bucket": self.bucket.bucket_name,
            }
        self.settings["kms_key_id"] = self.data_key.key_arn

    def _bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Objects",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            removal_policy=RemovalPolicy.RETAIN,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="unfinished uploads", abort_incomplete_multipart_upload_after=Duration.days(2)
                ),
                s3.LifecycleRule(id="deleted objects", noncurrent_version_expiration=KEEPS_DELETED),
            ],
        )
        acknowledge(
            bucket,
            {
                "AwsSolutions-S1": "Objects are ciphertext, named by their content, and reached by addresses "
                "that the API signs for one job or person."
            },
        )
        return bucket
