"""What Fargate and CloudWatch take of a deployed runner's form."""

from collections.abc import Iterator

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.worker import WorkerForm

from .catalogue import REGIONS

GIB = 1024

MEMORY_OF_CPU: dict[int, tuple[int, ...]] = {
    256: (512, 1 * GIB, 2 * GIB),
    512: tuple(range(1 * GIB, 4 * GIB + 1, GIB)),
    1024: tuple(range(2 * GIB, 8 * GIB + 1, GIB)),
    2048: tuple(range(4 * GIB, 16 * GIB + 1, GIB)),
    4096: tuple(range(8 * GIB, 30 * GIB + 1, GIB)),
    8192: tuple(range(16 * GIB, 60 * GIB + 1, 4 * GIB)),
    16384: tuple(range(32 * GIB, 120 * GIB + 1, 8 * GIB)),
}
"""CPU units of a Fargate task → the MiB of memory that it may have (AWS's table for Linux)."""

LOG_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""Retention times that CloudWatch Logs knows."""


def problems_of(form: WorkerForm) -> Iterator[FieldProblem]:
    """What AWS would refuse in `form`, each with what it would take."""
    if form.region not in REGIONS:
        yield FieldProblem(("region",), f"is none that Alethia offers; one of {', '.join(REGIONS)}")
    memory = MEMORY_OF_CPU.get(form.cpu)
    if memory is None:
        yield FieldProblem(("cpu",), f"Fargate has no {form.cpu} CPU units; one of {_listed(MEMORY_OF_CPU)}")
    elif form.memory_mib not in memory:
        sentence = f"with {form.cpu} CPU units, Fargate takes one of {_listed(memory)}"
        yield FieldProblem(("memory_mib",), sentence)
    if form.log_days not in LOG_DAYS:
        yield FieldProblem(("log_days",), f"CloudWatch Logs takes one of {_listed(LOG_DAYS)}")


def _listed(numbers: tuple[int, ...] | dict[int, tuple[int, ...]]) -> str:
    return ", ".join(map(str, numbers))
