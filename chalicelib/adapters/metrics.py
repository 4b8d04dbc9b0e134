"""Metrics in CloudWatch's embedded format: lines on the function's output, which CloudWatch reads as numbers.

Each number is a line of its own, at once: there are a few for each job, and none is lost with an invocation
that ends early. Every metric can be read for the deployment as a whole (by ``service``: what alarms look at)
and, where it has dimensions of its own, for each combination of them.
"""

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from ..services.ports.metrics import Metric

NAMESPACE = "Alethia"


class EmfMetrics:
    """:class:`~chalicelib.services.ports.metrics.Metrics` by Powertools."""

    def __init__(self, deployment: str) -> None:
        self._deployment = deployment

    def count(self, metric: Metric, value: int = 1, **dimensions: str) -> None:
        """One line."""
        self._tell(metric, MetricUnit.Count, value, dimensions)

    def seconds(self, metric: Metric, value: float, **dimensions: str) -> None:
        """One line."""
        self._tell(metric, MetricUnit.Seconds, value, dimensions)

    def _tell(self, metric: Metric, unit: MetricUnit, value: float, dimensions: dict[str, str]) -> None:
        try:
            line = EphemeralMetrics(namespace=NAMESPACE, service=self._deployment)
            line.add_metric(name=metric, unit=unit, value=value)
            if dimensions:
                line.add_dimensions(service=self._deployment, **dimensions)
            line.flush_metrics()
        except Exception:
            return  # a number that can't be told is worth no request
