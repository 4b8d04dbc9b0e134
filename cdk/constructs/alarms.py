"""What an operator is told of, and where: docs/operations.md says what each means and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from cdk.constructs import metrics
from cdk.constructs.acknowledged import acknowledge
from cdk.constructs.api import Api
from cdk.constructs.overseen import Overseen
from cdk.constructs.tables import Tables
from cdk.deployment import Alarms as Chosen
from cdk.deployment import Stage
from chalicelib.services.ports.metrics import Metric

ANSWERS_PEOPLE = frozenset({"APIHandler", "Authorizer"})
WOKEN_BY_EVENTS = frozenset({"Reconcile", "RotateRunnerCredential", "TaskStopped"})
"""Functions that nobody waits for. The others are the state machines' steps."""

HOUR = Duration.hours(1)


@dataclass(frozen=True)
class Thresholds:
    """Above which numbers somebody is told."""

    oldest_job_minutes: int
    failed_executions: int
    """In an hour."""
    errors: int
    """Of functions or of the API, in five minutes."""


THRESHOLDS: Mapping[Stage, Thresholds] = {
    "dev": Thresholds(oldest_job_minutes=180, failed_executions=3, errors=5),
    "prod": Thresholds(oldest_job_minutes=90, failed_executions=1, errors=1),
}

THROTTLED_REQUESTS = 20
"""Requests that the API refused as too many, in five minutes."""

LOST_LEASES = 2
"""Runners that stopped answering, in an hour: that a container dies now and then has no cause to look for."""


class Alarms(Construct):
    """Alarms by name, and the one topic that they tell."""

    def __init__(self, scope: Construct, id: str, overseen: Overseen, chosen: Chosen) -> None:
        super().__init__(scope, id)
        self._deployment = overseen.deployment.name
        self._allowed = _thresholds(overseen.deployment.stage, chosen)
        self.topic = self._topic(chosen.email)
        self.by_name: dict[str, cloudwatch.Alarm] = {}
        self._watch_work()
        self._watch_reconciler(overseen.functions["Reconcile"])
        self._watch_functions(overseen.functions)
        self._watch_machines(overseen.machines)
        self._watch_services(overseen.api, overseen.tables)

    def _topic(self, email: str | None) -> sns.Topic:
        topic = sns.Topic(self, "Topic", topic_name=f"{self._deployment}-alarms", enforce_ssl=True)
        # A policy of one's own takes the place of the one that lets an account's alarms in.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
            )
        )
        if email:
            topic.add_subscription(subscriptions.EmailSubscription(email))
            reason = "Mail that can't be delivered has no better place to go; CloudWatch keeps the alarm."
            acknowledge(topic, {"Serverless-SNSRedrivePolicy": reason})
        return topic

    def _watch_work(self) -> None:
        allowed = self._allowed
        self._alarm(
            "finalize-failed",
            "An apply succeeded and could not be written down: the spec does not show what stands.",
            metrics.ours(self._deployment, Metric.FINALIZE_FAILED, "Sum"),
        )
        self._alarm(
            "oldest-job",
            f"A job that waits for nobody is older than {allowed.oldest_job_minutes} minutes.",
            metrics.ours(self._deployment, Metric.OLDEST_JOB, "Maximum"),
            above=allowed.oldest_job_minutes * 60,
        )
        self._alarm(
            "leases-lost",
            f"More than {LOST_LEASES} runners stopped answering within an hour.",
            metrics.total([metrics.ours(self._deployment, Metric.LEASES_LOST, "Sum", HOUR)], "lost", HOUR),
            above=LOST_LEASES,
        )

    def _watch_reconciler(self, reconcile: lambda_.Function) -> None:
        self._alarm(
            "reconcile-failed",
            "Passes of the reconciler keep failing to look after some run or job.",
            metrics.ours(self._deployment, Metric.RECONCILE_FAILED, "Sum"),
            periods=3,
        )
        self._alarm(
            "reconcile-not-running",
            "Nothing was reconciled for five minutes: lost runners and executions go unnoticed.",
            reconcile.metric_invocations(period=metrics.FIVE_MINUTES, statistic="Sum"),
            below=1,
        )

    def _watch_functions(self, functions: Mapping[str, lambda_.Function]) -> None:
        steps = set(functions) - ANSWERS_PEOPLE - WOKEN_BY_EVENTS
        for name, group, what in (
            ("api-errors", ANSWERS_PEOPLE, "The API's functions fail: people and runners see errors."),
            ("step-errors", steps, "Steps of the workflow fail; each is tried again by its state machine."),
            ("event-errors", WOKEN_BY_EVENTS, "A function fails that events call, and nobody waits for."),
        ):
            errors = [
                functions[member].metric_errors(period=metrics.FIVE_MINUTES, statistic="Sum")
                for member in sorted(group)
            ]
            self._alarm(name, what, metrics.total(errors, "errors"), above=self._allowed.errors - 1)

    def _watch_machines(self, machines: Sequence[stepfunctions.StateMachine]) -> None:
        failed = metrics.executions(machines, "Failed", HOUR)
        timed_out = metrics.executions(machines, "TimedOut", HOUR)
        self._alarm(
            "executions-failed",
            "A step failed beyond its retries: our fault, and nobody's configuration. It can be redriven.",
            metrics.total(failed, "failed", HOUR),
            above=self._allowed.failed_executions - 1,
        )
        self._alarm(
            "executions-timed-out",
            "An execution ran into the time limit of its state machine.",
            metrics.total(timed_out, "timed out", HOUR),
        )

    def _watch_services(self, api: Api, tables: Tables) -> None:
        self._alarm(
            "api-refused-by-gateway",
            "The API answers with 5xx: the app says so, its functions time out, or can't be called.",
            metrics.api(api.rest_api, "5XXError", "Sum"),
            above=self._allowed.errors - 1,
        )
        self._alarm(
            "api-throttled",
            "Requests are refused as too many: somebody floods the API, or the limit is too low.",
            api.throttled,
            above=THROTTLED_REQUESTS,
        )
        self._alarm(
            "lambda-throttled",
            "The account's concurrent Lambda calls are used up, by Alethia or by its neighbours.",
            metrics.lambda_throttles(),
        )
        self._alarm(
            "tables-throttled",
            "DynamoDB refuses reads or writes that come faster than it grew.",
            metrics.total(metrics.throttles_of(tables.all), "throttled"),
            periods=2,
        )

    def _alarm(
        self,
        name: str,
        what: str,
        metric: cloudwatch.Metric | cloudwatch.MathExpression,
        *,
        above: int = 0,
        below: int | None = None,
        periods: int = 1,
    ) -> None:
        """An alarm on one side of a number. Nothing is none: fine, unless there must be some.

        Of an empty period CloudWatch would think as of the last one that was not, for some periods more: a
        silence would be heard late, and trouble would seem to last, so that nobody is told of the next. So
        each number is filled up with zeros.
        """
        operators = cloudwatch.ComparisonOperator
        missing = cloudwatch.TreatMissingData
        must_be = below is not None
        alarm = cloudwatch.Alarm(
            self,
            "".join(part.capitalize() for part in name.split("-")),
            alarm_name=f"{self._deployment}-{name}",
            alarm_description=f"{what} docs/operations.md, {name}",
            metric=metric if isinstance(metric, cloudwatch.MathExpression) else metrics.total([metric], name),
            threshold=above if below is None else below,
            comparison_operator=operators.LESS_THAN_THRESHOLD
            if must_be
            else operators.GREATER_THAN_THRESHOLD,
            evaluation_periods=periods,
            treat_missing_data=missing.BREACHING if must_be else missing.NOT_BREACHING,
        )
        tell = actions.SnsAction(self.topic)
        alarm.add_alarm_action(tell)
        alarm.add_ok_action(tell)
        self.by_name[name] = alarm


def _thresholds(stage: Stage, chosen: Chosen) -> Thresholds:
    """The stage's, but for what the deployment says."""
    usual = THRESHOLDS[stage]
    return Thresholds(
        oldest_job_minutes=chosen.oldest_job_minutes or usual.oldest_job_minutes,
        failed_executions=chosen.failed_executions or usual.failed_executions,
        errors=chosen.errors or usual.errors,
    )
