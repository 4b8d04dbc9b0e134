"""A real runner with a real terraform, a template without providers, and the double that fills it."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chalicelib.domain.messages import PlanToApply, Report
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import CloudProvider, ComponentKind, JobType
from runner_task.job import run
from runner_task.settings import Patience, Settings, read_settings
from tests.support.fake_control_plane import RUNNER_CREDENTIAL, FakeControlPlane

ROOT = Path(__file__).parents[3]

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
      for_each = toset(["orders", "invoices"])
      input    = { name = "${var.project_name}-${each.key}", password = var.secret }
    }
    output "names" { value = [for queue in terraform_data.queue : nonsensitive(queue.input.name)] }
    output "password" {
      value     = var.secret
      sensitive = true
    }
"""

SLOW = """
    resource "terraform_data" "quick" { input = var.project_name }
    resource "terraform_data" "slow" {
      depends_on = [terraform_data.quick]
      provisioner "local-exec" { command = "exec sleep 60" }
    }
"""

BROKEN = """
    resource "terraform_data" "broken" {
      provisioner "local-exec" { command = "echo the reason; exit 3" }
    }
"""


class TinyProvider:
    """Stands in for a cloud: one group, and the component's name is the resource's key."""

    template = "aws"

    def to_tfvars(self, config: SpecConfig, owner: Owner) -> dict[str, Any]:
        return {"project_name": config.project_name, "secret": "canary-tfvars-secret"}

    def group_of(self, resource_type: str) -> str:
        return "Tiny queues"

    def component_of(self, address: str) -> tuple[ComponentKind, str] | None:
        return (ComponentKind.QUEUE, address.split('"')[1]) if '"' in address else None


def provider_of(_: CloudProvider) -> TinyProvider:
    return TinyProvider()


IMPATIENT = Patience(
    interrupt=10, last_words=2, claim=1, request=3, missing=0.3, commit=0.5, after_lease=1, lock=0
)


@dataclass
class Bench:
    """One machine with a template, a cache and a scratch folder, next to a control plane."""

    plane: FakeControlPlane
    root: Path
    patience: Patience = IMPATIENT
    extra: dict[str, str] = field(default_factory=dict)
    own_log: list[str] = field(default_factory=list)
    """The runner's own lines, of jobs that run in this process."""

    def template(self, *parts: str) -> None:
        folder = self.root / "templates" / "aws"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "main.tf").write_text("\n".join(textwrap.dedent(part) for part in parts or (TEMPLATE,)))

    def environment(self, job_id: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "ALETHIA_JOB_ID": job_id,
            "ALETHIA_ATTEMPT": "1",
            "ALETHIA_API_URL": self.plane.url,
            "ALETHIA_RUNNER_CREDENTIAL": RUNNER_CREDENTIAL,
            "ALETHIA_TEMPLATES_DIR": str(self.root / "templates"),
            "ALETHIA_CACHE_DIR": str(self.root / "cache"),
            "ALETHIA_WORK_DIR": str(self.root / "work"),
            "ALETHIA_CLOUD_ENDPOINT_URL": "http://127.0.0.1:9",
            **self.extra,
        }

    def settings(self, job_id: str) -> Settings:
        return read_settings(self.environment(job_id))

    def start(self, job_id: str) -> "subprocess.Popen[bytes]":
        """A runner process of its own, with the tiny provider and little patience."""
        program = (
            "import sys; from dataclasses import replace;"
            "from tests.contract.runner_task import support as s;"
            "from runner_task.job import run; from runner_task.settings import Patience, read_settings;"
            f"settings = replace(read_settings(), patience={self.patience!r});"
            "sys.exit(0 if run(settings, s.provider_of, lambda t: print(t, file=sys.stderr)) else 1)"
        )
        environment = self.environment(job_id) | {"PYTHONPATH": str(ROOT)}
        return subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=ROOT)

    def finish(self, process: "subprocess.Popen[bytes]", *, within: float = 40) -> int:
        try:
            return process.wait(within)
        finally:
            if process.poll() is None:
                process.kill()

    def run(self, job_type: JobType, **changes: Any) -> Report:
        """Dispatch, run to the end, and give back the report."""
        job_id = self.plane.dispatch(job_type, **changes)
        assert self.finish(self.start(job_id)) == 0
        return self.plane.report_of(job_id)

    def look(self, job_type: JobType, **changes: Any) -> Report:
        """As :meth:`run`, in this process: for jobs without terraform, which start in no time."""
        job_id = self.plane.dispatch(job_type, **changes)
        settings = replace(self.settings(job_id), patience=self.patience)
        runner = threading.Thread(target=run, args=[settings, provider_of, self.own_log.append])
        runner.start()
        runner.join(60)
        return self.plane.report_of(job_id)

    def planned(self, **changes: Any) -> PlanToApply:
        """A plan, ready to be applied."""
        return approved(self.run(JobType.PLAN, **changes))

    def leftovers(self) -> Mapping[str, bytes]:
        """Every file that stays on the machine."""
        return {str(path): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


def approved(report: Report) -> PlanToApply:
    """What a DEPLOY gets when a person approved this report's plan."""
    assert report.plan is not None, report.error
    return PlanToApply(manifest=report.plan.manifest, digest=report.plan.manifest.digest)


def wait_until(condition: Callable[[], object], *, within: float = 20) -> None:
    """Poll; fails the test when `condition` stays false."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def terminate(process: "subprocess.Popen[bytes]") -> None:
    os.kill(process.pid, signal.SIGTERM)
