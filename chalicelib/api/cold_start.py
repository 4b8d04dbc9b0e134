"""Counts the first call of a process: what a person waited for while a function started."""

from ..bootstrap import container
from ..services.ports.metrics import Metric

_counted: set[str] = set()


def count_cold_start(function: str) -> None:
    """To be said at each call; only the first of this process counts."""
    if function not in _counted:
        _counted.add(function)
        container().metrics.count(Metric.COLD_START, function=function)
