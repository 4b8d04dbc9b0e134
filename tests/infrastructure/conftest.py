"""One package, and one synthesis of each stage, for all tests of the stack: seconds once, not for each."""

import os
from collections.abc import Callable
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
            "runner": {"network": {"vpc_id": "vpc-0abc", "subnet_ids": ["subnet-1", "subnet-2"]}},
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
