"""The real AWS provider takes the sessions that the job is lent from the loopback endpoint, and from nowhere
else; when one ends during an apply, it takes the next."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.messages import Outcome
from chalicelib.domain.words import JobType
from runner_task.installations import USUAL_MIRRORS
from tests.contract.runner_task.accounts import Account
from tests.contract.runner_task.support import Bench

HAS_PROVIDER = any(any(mirror.glob("*/hashicorp/aws/*/*")) for mirror in USUAL_MIRRORS)

BEFORE_AND_AFTER = """
    terraform {
      backend "http" {}
      required_providers {
        aws = { source = "hashicorp/aws" }
      }
    }
    variable "project_name" { type = string }
    variable "secret" { type = string }
    provider "aws" {}
    resource "terraform_data" "early" { input = "early" }
    data "aws_caller_identity" "before" { depends_on = [terraform_data.early] }
    resource "terraform_data" "slow" {
      input = data.aws_caller_identity.before.arn
      provisioner "local-exec" { command = "sleep 3; cat /proc/[0-9]*/cmdline > ARGV 2> /dev/null || true" }
    }
    data "aws_caller_identity" "after" { depends_on = [terraform_data.slow] }
    output "before" { value = data.aws_caller_identity.before.arn }
    output "after" { value = data.aws_caller_identity.after.arn }
"""

SDK_RENEWS_BEFORE = timedelta(minutes=5)
"""The AWS SDK for Go asks for the next session this long before the one that it has ends."""


@pytest.mark.skipif(not HAS_PROVIDER, reason="no AWS provider in a mirror on this machine's disk")
def test_an_apply_that_outlives_its_session_goes_on_with_the_next(bench: Bench, account: Account) -> None:
    account.make_role()
    account.link()
    arguments = bench.root / "arguments-of-every-process"
    bench.template(BEFORE_AND_AFTER.replace("ARGV", str(arguments)))
    bench.extra |= {"AWS_ACCESS_KEY_ID": "own-key", "AWS_SECRET_ACCESS_KEY": "canary-own-secret"}
    lend, numbers = bench.plane.lend, itertools.count(1)
    secrets: list[str] = []

    def lend_for_two_seconds(job: Any) -> Any:
        session = lend(job.model_copy(update={"job_id": f"{job.job_id}-{next(numbers)}"}))
        secrets.extend((session.secret_access_key, session.session_token))
        end = datetime.now(UTC) + SDK_RENEWS_BEFORE + timedelta(seconds=2)
        return session.model_copy(update={"expires_at": end.isoformat()})

    bench.plane.lend = lend_for_two_seconds
    plan = bench.planned(job_id="plan")
    report = bench.run(JobType.DEPLOY, job_id="deploy", plan=plan)
    assert report.outcome is Outcome.SUCCEEDED and report.outputs is not None, report.error
    session = f"arn:aws:sts::{account.account_id}:assumed-role/{account.role_name}/deploy-"
    assert report.outputs["before"].startswith(session) and report.outputs["after"].startswith(session)
    assert report.outputs["before"] != report.outputs["after"], "the apply outlived its first session"

    log = bench.plane.log_of("plan") + bench.plane.log_of("deploy") + report.model_dump_json()
    assert not [secret for secret in (*secrets, "canary-own-secret") if secret in log]
    assert b"terraform\0apply" in arguments.read_bytes()
    left = b"".join(bench.leftovers().values())
    assert not [secret for secret in secrets if secret.encode() in left]
