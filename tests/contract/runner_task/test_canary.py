"""Canaries in every place that holds a secret: none is seen in a request, a log, an argv or a file left."""

import re

from chalicelib.domain.messages import Outcome
from chalicelib.domain.words import JobType
from tests.contract.runner_task.support import Bench

LEAKY = """
    terraform {
      backend "http" {}
    }
    variable "project_name" { type = string }
    variable "secret" {
      type      = string
      sensitive = true
    }
    resource "terraform_data" "spy" {
      input = { hidden = var.secret }
      provisioner "local-exec" { command = "env; cat /proc/$PPID/cmdline | tr '\\\\0' ' '" }
    }
    output "hidden" {
      value     = terraform_data.spy.output
      sensitive = true
    }
"""


def test_no_secret_leaves_the_runner(bench: Bench) -> None:
    plane = bench.plane
    bench.template(LEAKY)
    bench.extra = {"AWS_SECRET_ACCESS_KEY": "canary-ambient-key", "SOME_PASSWORD": "canary-of-the-machine"}
    deploy = bench.run(JobType.DEPLOY, job_id="deploy", plan=bench.planned(job_id="plan"))
    assert deploy.outcome is Outcome.SUCCEEDED, deploy.error

    log = plane.log_of("deploy")
    assert "TF_HTTP_ADDRESS" in log, "the spy did not see the child's environment"
    assert re.search(r"TF_HTTP_PASSWORD=\*\*\*", log)
    seen = "\n".join([log, plane.log_of("plan"), *(body for _, _, body in plane.requests)])
    for report in (plane.report_of("plan"), deploy):
        assert report.log is not None
        seen += plane.opened(report.log).decode()
    assert report.plan is None or "canary" not in report.plan.model_dump_json()
    for page in plane.report_of("plan").plan.review:  # type: ignore[union-attr]
        seen += plane.opened(page).decode()
    assert "canary" not in seen
    for path, content in bench.leftovers().items():
        assert b"canary" not in content, path
