"""One page for an operator: alarms, the work, how long it takes, and the services below it."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.constructs import metrics
from cdk.constructs.overseen import Overseen
from chalicelib.services.ports.metrics import Metric

WIDTH = 24
HEIGHT = 6


class Dashboard(Construct):
    """The deployment's dashboard, named like it."""

    def __init__(
        self, scope: Construct, id: str, overseen: Overseen, alarms: Sequence[cloudwatch.IAlarm]
    ) -> None:
        super().__init__(scope, id)
        self._name = overseen.deployment.name
        rows = [self._work(), self._troubles(), _functions(overseen.functions), _services(overseen)]
        if alarms:
            rows.insert(0, [cloudwatch.AlarmStatusWidget(alarms=list(alarms), width=WIDTH, height=3)])
        cloudwatch.Dashboard(
            self, "Page", dashboard_name=self._name, default_interval=Duration.days(1), widgets=rows
        )

    def _work(self) -> list[cloudwatch.IWidget]:
        def by(metric: Metric, statistic: str, *dimensions: str) -> cloudwatch.IMetric:
            return metrics.ours_by(self._name, metric, dimensions, statistic)

        return _row(
            _graph("Jobs by type and end", by(Metric.JOBS_ENDED, "Sum", "end", "job_type")),
            _graph("Seconds in the queue, p90", by(Metric.QUEUE_WAIT, "p90", "job_type")),
            _graph("Seconds from claim to end, p90", by(Metric.JOB_DURATION, "p90", "job_type")),
        )

    def _troubles(self) -> list[cloudwatch.IWidget]:
        name = self._name
        counted = (Metric.LEASES_LOST, Metric.STALE_REFUSED, Metric.RECONCILE_FAILED, Metric.FINALIZE_FAILED)
        return _row(
            _graph("Oldest job, seconds", metrics.ours(name, Metric.OLDEST_JOB, "Maximum")),
            _graph("What went wrong", *(metrics.ours(name, metric, "Sum") for metric in counted)),
            _graph("Cold starts", metrics.ours_by(name, Metric.COLD_START, ["function"], "Sum")),
        )


def _functions(functions: Mapping[str, lambda_.Function]) -> list[cloudwatch.IWidget]:
    def of_each(name: str, statistic: str) -> list[cloudwatch.IMetric]:
        return [
            function.metric(name, statistic=statistic, period=metrics.FIVE_MINUTES, label=short)
            for short, function in functions.items()
        ]

    return _row(
        _graph("Functions: calls", *of_each("Invocations", "Sum")),
        _graph("Functions: errors", *of_each("Errors", "Sum")),
        _graph("Functions: milliseconds, p95", *of_each("Duration", "p95")),
    )


def _services(overseen: Overseen) -> list[cloudwatch.IWidget]:
    machines = overseen.machines
    requests = [metrics.api(overseen.api.rest_api, name, "Sum") for name in ("Count", "4XXError", "5XXError")]
    ends = [end for how in ("Started", "Failed", "TimedOut") for end in metrics.executions(machines, how)]
    return _row(
        _graph("API: requests", *requests),
        _graph("Executions", *ends),
        _graph("Throttled", metrics.lambda_throttles(), *metrics.throttles_of(overseen.tables.all)),
    )


def _row(*widgets: cloudwatch.GraphWidget) -> list[cloudwatch.IWidget]:
    return list(widgets)


def _graph(title: str, *shown: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(shown), width=WIDTH // 3, height=HEIGHT)
