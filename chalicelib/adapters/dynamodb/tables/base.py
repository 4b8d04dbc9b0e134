"""Both tables: their keys, their indexes, and what every row of each has."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model

LIVE = "LIVE"
"""The one value of the sparse ``live`` attribute."""


class ByZone(GlobalSecondaryIndex[Any]):
    """A zone's rows, newest last."""

    class Meta:
        index_name = "by_zone"
        projection = AllProjection()

    zone_key = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class BySpec(GlobalSecondaryIndex[Any]):
    """A spec's jobs (``SPEC#{spec}#JOBS``) or runs (``SPEC#{spec}#RUNS``), newest last."""

    class Meta:
        index_name = "by_spec"
        projection = AllProjection()

    spec_key = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class Live(GlobalSecondaryIndex[Any]):
    """Whatever has work in hand, oldest first; keys only, so that heartbeats don't rewrite it."""

    class Meta:
        index_name = "live"
        projection = KeysOnlyProjection()

    live = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class ByRunner(GlobalSecondaryIndex[Any]):
    """What waits for a runner, and what it has in hand, within one zone, oldest first.

    The key is ``{zone}#{runner}``, or ``{zone}#any``. Heartbeats touch none of the attributes it carries.
    """

    class Meta:
        index_name = "by_runner"
        projection = IncludeProjection(
            [
                "job_id",
                "job_type",
                "zone_id",
                "spec_id",
                "identity_id",
                "status",
                "attempt",
                "urgency",
                "not_before",
            ]
        )

    runner_key = UnicodeAttribute(hash_key=True)
    listed_at = UnicodeAttribute(range_key=True)


class SpecsTable(Model):
    """Base of every row of the specs table; :func:`connect` fills in where the table is."""

    class Meta:
        table_name = "alethia-specs"
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    zone_key = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute(null=True)
    by_zone = ByZone()


class JobsTable(Model):
    """Base of every row of the jobs table."""

    class Meta:
        table_name = "alethia-jobs"
        billing_mode = "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    zone_key = UnicodeAttribute(null=True)
    spec_key = UnicodeAttribute(null=True)
    listed_at = UnicodeAttribute(null=True)
    live = UnicodeAttribute(null=True)
    runner_key = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    """TTL, Unix seconds."""
    by_zone = ByZone()
    by_spec = BySpec()
    live_index = Live()
    by_runner = ByRunner()
