"""What wakes functions that no request and no state machine calls: a schedule, and ECS's own events."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge

RECONCILE_EVERY = Duration.minutes(1)
"""A lost runner is noticed within its lease and this."""


class Wakers(Construct):
    """The rules of EventBridge."""

    def __init__(
        self, scope: Construct, id: str, *, functions: Mapping[str, lambda_.Function], cluster: ecs.ICluster
    ) -> None:
        super().__init__(scope, id)
        events.Rule(
            self,
            "Reconcile",
            description="Restart executions that vanished, end attempts whose lease is over",
            schedule=events.Schedule.rate(RECONCILE_EVERY),
            targets=[targets.LambdaFunction(functions["Reconcile"], retry_attempts=0)],
        )
        events.Rule(
            self,
            "RunnerTaskStopped",
            description="A runner's container ended, for whatever reason",
            event_pattern=events.EventPattern(
                source=["aws.ecs"],
                detail_type=["ECS Task State Change"],
                detail={"clusterArn": [cluster.cluster_arn], "lastStatus": ["STOPPED"]},
            ),
            targets=[targets.LambdaFunction(functions["TaskStopped"])],
        )
        acknowledge(
            self,
            {
                "Serverless-EventBusDLQ": "An event that is lost is made up for: the next minute reconciles "
                "again, and an attempt whose container ended is over with its lease. Alarms watch both.",
            },
        )
