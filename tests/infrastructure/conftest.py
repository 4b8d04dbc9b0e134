"""One package, and one synthesis of each stage, for all tests of the stack: seconds once, not for each."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cdk.deployment import Deployment, read_deployment
from cdk.main import PROJECT, control_plane
from cdk.packaging import Package, package, stage

Template = dict[str, Any]
Synthesize = Callable[[Deployment], Template]

DEPLOYMENTS = PROJECT / "cdk" / "deployments"

os.environ["CDK_VALIDATION"] = (
    "false"  # the CDK's own validator takes ten seconds; cfn-lint reads the template
)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the app as it is now: somebody may edit the original while the tests run."""
    copy = tmp_path_factory.mktemp("project") / "copy"
    stage(PROJECT, copy)
    return copy


@pytest.fixture(scope="session")
def packaged(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The real app as Chalice packages it, without its dependencies."""
    return package(project, tmp_path_factory.mktemp("lambda") / "build")


@pytest.fixture(scope="session")
def synthesize(packaged: Package, tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """A deployment's template."""

    def template_of(deployment: Deployment) -> Template:
        out: Path = tmp_path_factory.mktemp("cdk")
        template: Template = control_plane(deployment, packaged, str(out)).synth().stacks[0].template
        return template

    return template_of


@pytest.fixture(scope="session")
def prod() -> Deployment:
    return read_deployment(DEPLOYMENTS / "prod.json")


@pytest.fixture(scope="session")
def template(synthesize: Synthesize, prod: Deployment) -> Template:
    """The template of stage prod; read it, don't change it."""
    return synthesize(prod)


@pytest.fixture(scope="session")
def dev_template(synthesize: Synthesize) -> Template:
    """The template of stage dev; read it, don't change it."""
    return synthesize(read_deployment(DEPLOYMENTS / "dev.json"))


@pytest.fixture(scope="session")
def otherwise() -> Deployment:
    """A deployment that chooses what the stages' files leave to the stack."""
    return Deployment.model_validate(
        {
            "sign_in": {"issuer": "https://sign-in.example.com", "audience": "us"},
            "store": {
                "endpoint_url": "https://abc.storage.supabase.co/storage/v1/s3",
                "region": "eu-central-1",
                "bucket": "alethia",
                "access_key_id": "public-part",
                "secret_name": "alethia/store",
            },
            "runner": {
                "network": {
                    "vpc_id": "vpc-0123456789abcdef0",
                    "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
                }
            },
            "customer_runners": {"accounts": ["111122223333", "444455556666"]},
            "oidc_keys": ["B", "A"],
            "public_api_url": "https://alethia.example.com",
            "console_url": "https://console.example.com",
            "console_origin": "https://console.example.com",
            "alarms": None,
        }
    )


@pytest.fixture(scope="session")
def other_template(synthesize: Synthesize, otherwise: Deployment) -> Template:
    """Its template; read it, don't change it."""
    return synthesize(otherwise)


@dataclass(frozen=True)
class Judged:
    """What ``make synth`` made of this project, and what its judges said."""

    returncode: int
    said: str
    """Its table, then any findings and errors."""
    templates: Path
    published: Path
    """Folder of the stack ``published``, which holds copies of what customers deploy."""
    against: Mapping[str, set[tuple[str, str]]]
    """Judge and rule of each finding in ``published``, and in ``careless``: it has a fault for each judge."""


JUDGE = """
import json, sys
from pathlib import Path
from aws_cdk import App, Stack, aws_s3 as s3
from cdk import synth
from cdk.constructs.link_templates import LinkTemplates

def stack(name):
    without_paths = {"aws:cdk:enable-path-metadata": False}
    return Stack(App(outdir=str(out / name), analytics_reporting=False, context=without_paths), name)

def judged(stack):
    (found,) = synth.judge(stack.node.root, out / stack.stack_name)
    return [[finding.judge, finding.rule] for finding in found.findings]

out = Path(sys.argv[1])
code = synth.main(["--out", str(out / "project")])
published, careless = stack("published"), stack("careless")
LinkTemplates(published, "LinkTemplates", api_url="https://api.example.com", publish=True)
bucket = s3.Bucket(careless, "Objects")
bucket.node.default_child.add_property_override("BucketNam", "misspelt")
found = {"published": judged(published), "careless": judged(careless)}
(out / "found.json").write_text(json.dumps(found))
raise SystemExit(code)
"""


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """``make synth``, run once for all tests that look at what it makes or says.

    A process of its own: only here the CDK's validation is on, and it is chosen when the CDK's engine starts.
    """
    out = tmp_path_factory.mktemp("judged")
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    command = [sys.executable, "-c", JUDGE, str(out)]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    found = out / "found.json"
    assert found.exists(), done.stdout + done.stderr
    against = {
        name: {(judge, rule) for judge, rule in told} for name, told in json.loads(found.read_text()).items()
    }
    return Judged(done.returncode, done.stdout + done.stderr, out / "project", out / "published", against)
