"""The numbers that alarms and the dashboard look at, ours and AWS's."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_stepfunctions as stepfunctions

from chalicelib.services.ports.metrics import Metric

NAMESPACE = "Alethia"
FIVE_MINUTES = Duration.minutes(5)


def ours(
    deployment: str, metric: Metric, statistic: str, period: Duration = FIVE_MINUTES
) -> cloudwatch.Metric:
    """One of the app's own, for the deployment as a whole."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=str(metric),
        dimensions_map={"service": deployment},
        statistic=statistic,
        period=period,
    )


def ours_by(deployment: str, metric: Metric, dimensions: Sequence[str], statistic: str) -> cloudwatch.IMetric:
    """One of the app's own, a line for each combination of its dimensions; for dashboards only."""
    schema = ",".join([NAMESPACE, "service", *dimensions])
    search = f'{{{schema}}} MetricName="{metric}" service="{deployment}"'
    return cloudwatch.SearchExpression(
        expression=f"SEARCH('{search}', '{statistic}', 300)", label="", period=FIVE_MINUTES
    )


def total(
    metrics: Sequence[cloudwatch.IMetric], label: str, period: Duration = FIVE_MINUTES
) -> cloudwatch.MathExpression:
    """Their sum; what is not reported counts as nothing. CloudWatch takes ten at most."""
    named = {f"m{number}": metric for number, metric in enumerate(metrics)}
    parts = " + ".join(f"FILL({name}, 0)" for name in named)
    return cloudwatch.MathExpression(expression=parts, using_metrics=named, label=label, period=period)


def throttles_of(tables: Sequence[dynamodb.ITable]) -> list[cloudwatch.IMetric]:
    """Reads and writes of tables that DynamoDB refused because they came too fast."""
    return [
        table.metric(name, statistic="Sum", period=FIVE_MINUTES)
        for table in tables
        for name in ("ReadThrottleEvents", "WriteThrottleEvents")
    ]


def executions(
    machines: Sequence[stepfunctions.StateMachine], how: str, period: Duration = FIVE_MINUTES
) -> list[cloudwatch.IMetric]:
    """Executions that were ``Started``, ``Failed``, ``TimedOut``, ``Aborted`` …"""
    return [machine.metric(f"Executions{how}", statistic="Sum", period=period) for machine in machines]


def lambda_throttles() -> cloudwatch.Metric:
    """Of the whole account: it is the account's concurrency that is used up."""
    return cloudwatch.Metric(
        namespace="AWS/Lambda", metric_name="Throttles", statistic="Sum", period=FIVE_MINUTES
    )


def api(rest_api: apigateway.SpecRestApi, name: str, statistic: str) -> cloudwatch.Metric:
    """One of API Gateway's, of the live stage."""
    return rest_api.deployment_stage.metric(name, statistic=statistic, period=FIVE_MINUTES)
