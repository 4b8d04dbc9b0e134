"""Metrics in memory: what was counted, for a test to read."""

from dataclasses import dataclass, field

from chalicelib.services.ports.metrics import Metric


@dataclass(frozen=True)
class Told:
    """One number."""

    metric: Metric
    value: float
    dimensions: dict[str, str]


@dataclass
class RecordedMetrics:
    """:class:`~chalicelib.services.ports.metrics.Metrics`, kept."""

    told: list[Told] = field(default_factory=list)

    def count(self, metric: Metric, value: int = 1, **dimensions: str) -> None:
        self.told.append(Told(metric, value, dimensions))

    def seconds(self, metric: Metric, value: float, **dimensions: str) -> None:
        self.told.append(Told(metric, value, dimensions))

    def of(self, metric: Metric) -> list[tuple[float, dict[str, str]]]:
        """Values and dimensions, in order."""
        return [(told.value, told.dimensions) for told in self.told if told.metric is metric]
