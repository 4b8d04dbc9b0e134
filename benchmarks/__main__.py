"""``python -m benchmarks [name …]``: measure, and print one table. Nothing here is a test."""

import sys
from collections.abc import Callable

from . import api_cpu, cold_start, plan_job, plan_json, runner_memory, telling
from .table import Row, show

ALL: dict[str, Callable[[], list[Row]]] = {
    "plan_json": plan_json.measure,
    "runner_memory": runner_memory.measure,
    "api_cpu": api_cpu.measure,
    "telling": telling.measure,
    "cold_start": cold_start.measure,
    "plan_job": plan_job.measure,
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        sys.exit(f"No benchmark {', '.join(unknown)}; there are: {', '.join(ALL)}")
    rows = []
    for name in names or ALL:
        print(f"{name} …", flush=True)
        rows += ALL[name]()
    show(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
