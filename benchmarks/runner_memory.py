"""The runner's own memory, besides terraform's, while it plans 5,000 resources.

A real runner process runs a real terraform over ``terraform_data``; the control plane is the tests' double,
in this process, so that the runner's memory is the runner's alone. Read from ``VmHWM`` (Linux).
"""

import re
import tempfile
import time
from pathlib import Path

from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import Bench
from tests.support.fake_control_plane import FakeControlPlane

from .table import Row

RESOURCES = 5000

TEMPLATE = """
    terraform {
      backend "http" {}
    }
    variable "project_name" { type = string }
    variable "secret" {
      type      = string
      sensitive = true
    }
    resource "terraform_data" "queue" {
      count = %d
      input = { name = "${var.project_name}-${count.index}", tags = { zone = "a", spec = "b" } }
    }
"""


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="alethia-bench-") as folder, FakeControlPlane() as plane:
        bench = Bench(plane, Path(folder))
        bench.template(TEMPLATE % RESOURCES)
        job_id = plane.dispatch(JobType.PLAN)
        began = time.perf_counter()
        runner = bench.start(job_id)
        peak = 0
        while runner.poll() is None:
            peak = max(peak, _peak_kib(runner.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        if runner.returncode:
            raise SystemExit(f"The runner ended with exit code {runner.returncode}.")
        planned = plane.summaries[job_id].counts.create
    return [
        Row(
            "Runner's memory besides terraform",
            peak / 1024,
            120,
            "MiB",
            f"peak while planning {planned} resources in {seconds:.1f} s",
        )
    ]


def _peak_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) if found else 0
