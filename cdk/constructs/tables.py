"""The two DynamoDB tables.

Keys and indexes are those of :mod:`chalicelib.adapters.dynamodb.tables`; a test compares the two. They are
written out here because changing one is a migration of live data, never a side effect of a code change.
"""

from collections.abc import Sequence

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk.deployment import RestoredTables

KEYS_ONLY = dynamodb.ProjectionType.KEYS_ONLY
ALL = dynamodb.ProjectionType.ALL

QUEUE = (
    "job_id",
    "job_type",
    "zone_id",
    "spec_id",
    "identity_id",
    "status",
    "attempt",
    "urgency",
    "not_before",
)
"""What a runner's queue shows of a job, beside its keys."""


class Tables(Construct):
    """Specs and jobs: paid by request, restorable to any second of 35 days, kept when the stack goes.

    ``specs`` and ``jobs`` are those that the app works with: the stack's own, or two that were restored.
    """

    def __init__(
        self, scope: Construct, id: str, *, deletion_protection: bool, restored: RestoredTables | None = None
    ) -> None:
        super().__init__(scope, id)
        specs = _table(self, "Specs", deletion_protection)
        _index(specs, "by_zone", "zone_key", ALL)
        jobs = _table(self, "Jobs", deletion_protection, ttl="expires_at")
        _index(jobs, "by_zone", "zone_key", ALL)
        _index(jobs, "by_spec", "spec_key", ALL)
        _index(jobs, "live", "live", KEYS_ONLY)
        _index(jobs, "by_runner", "runner_key", dynamodb.ProjectionType.INCLUDE, QUEUE)
        self.specs: dynamodb.ITable = specs
        self.jobs: dynamodb.ITable = jobs
        if restored is not None:
            self.specs = dynamodb.Table.from_table_name(self, "RestoredSpecs", restored.specs)
            self.jobs = dynamodb.Table.from_table_name(self, "RestoredJobs", restored.jobs)
        self.all = (self.specs, self.jobs)


def _table(scope: Construct, id: str, deletion_protection: bool, ttl: str | None = None) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        id,
        partition_key=_text("pk"),
        sort_key=_text("sk"),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=deletion_protection,
        removal_policy=RemovalPolicy.RETAIN,
        time_to_live_attribute=ttl,
    )


def _index(
    table: dynamodb.Table,
    name: str,
    key: str,
    projection: dynamodb.ProjectionType,
    attributes: Sequence[str] | None = None,
) -> None:
    table.add_global_secondary_index(
        index_name=name,
        partition_key=_text(key),
        sort_key=_text("listed_at"),
        projection_type=projection,
        non_key_attributes=None if attributes is None else list(attributes),
    )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
