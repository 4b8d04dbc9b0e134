"""Log groups: never without an end, and kept when the stack goes."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct

_RETENTION = {
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
    731: logs.RetentionDays.TWO_YEARS,
}


def log_group(scope: Construct, id: str, days: int, name: str | None = None) -> logs.LogGroup:
    """A log group that forgets after `days`, one of those that a deployment may choose.

    It has a name only where AWS decides it.
    """
    return logs.LogGroup(
        scope, id, log_group_name=name, retention=_RETENTION[days], removal_policy=RemovalPolicy.RETAIN
    )
