"""The real AWS provider takes an assumed role's session from the loopback endpoint, and from nowhere else."""

from collections.abc import Iterator

import pytest

from chalicelib.domain.messages import CloudAccess, Outcome
from chalicelib.domain.plan import ReviewPage
from chalicelib.domain.words import CloudProvider, JobType
from runner_task.installations import USUAL_MIRRORS
from tests.contract.runner_task.support import Bench

HAS_PROVIDER = any(any(mirror.glob("*/hashicorp/aws/*/*")) for mirror in USUAL_MIRRORS)

TEMPLATE = """
    terraform {{
      backend "http" {{}}
      required_providers {{
        aws = {{ source = "hashicorp/aws" }}
      }}
    }}
    variable "project_name" {{ type = string }}
    variable "secret" {{ type = string }}
    provider "aws" {{
      endpoints {{
        sts = "{sts}"
        iam = "{sts}"
      }}
    }}
    data "aws_caller_identity" "me" {{}}
    resource "terraform_data" "me" {{ input = data.aws_caller_identity.me.arn }}
"""


@pytest.fixture
def sts() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.mark.skipif(not HAS_PROVIDER, reason="no AWS provider in a mirror on this machine's disk")
def test_terraform_acts_as_the_assumed_role(bench: Bench, sts: str) -> None:
    bench.template(TEMPLATE.format(sts=sts))
    bench.plane.access = CloudAccess(
        provider=CloudProvider.AWS,
        account_id="123456789012",
        role_reference="arn:aws:iam::123456789012:role/alethia",
        external_id="external-1",
        region="eu-central-1",
    )
    bench.extra = {
        "ALETHIA_CLOUD_ENDPOINT_URL": "",
        "AWS_ENDPOINT_URL": sts,
        "AWS_ACCESS_KEY_ID": "own-key",
        "AWS_SECRET_ACCESS_KEY": "canary-own-secret",
    }
    report = bench.run(JobType.PLAN, job_id="plan")
    assert report.outcome is Outcome.SUCCEEDED and report.plan is not None, report.error
    page = ReviewPage.model_validate_json(bench.plane.opened(report.plan.review[0]))
    (attribute,) = [item for item in page.resources[0].attributes if item.path == "input"]
    assert attribute.after == "arn:aws:sts::123456789012:assumed-role/alethia/plan-1"
    assert "canary" not in bench.plane.log_of("plan")
