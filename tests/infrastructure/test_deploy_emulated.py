"""``make deploy``'s own calls, with the real CDK command, into an emulated AWS account."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from cdk.account import account_of, require_bootstrap
from cdk.deploy import CDK, Cdk, cdk_command
from cdk.deployment import read_deployment
from cdk.main import DEPLOYMENTS, control_plane, stack_name
from cdk.packaging import Package
from tests.support.ministack import ministack

NOT_EMULATED = {
    "AWS::CloudWatch::Alarm",  # alarms over metric math
    "AWS::CloudWatch::Dashboard",
    "AWS::EC2::FlowLog",
    "AWS::SecretsManager::RotationSchedule",
}
"""What ministack's CloudFormation can't make."""


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with ministack(tmp_path, "") as endpoint:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
            monkeypatch.setenv(name, endpoint)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        yield botocore.session.Session()


def test_the_stack_is_deployed_and_deleted(packaged: Package, aws: Any, tmp_path: Path) -> None:
    deployment = read_deployment(DEPLOYMENTS / "dev.json")
    assembly = tmp_path / "out"
    control_plane(deployment, packaged, str(assembly)).synth()
    name = stack_name(deployment)
    made = without(NOT_EMULATED, assembly / f"{name}.template.json")
    account = account_of(aws)
    place = f"aws://{account.id}/{account.region}"
    subprocess.run([CDK, "bootstrap", place, "--no-notices"], capture_output=True, check=True)
    require_bootstrap(aws, account, "cdk")

    cdk = Cdk(cdk_command(), assembly, name, account)
    outputs = cdk.deploy()

    assert outputs["ApiUrl"].startswith("https://")
    functions = aws.create_client("lambda", region_name=account.region).list_functions()["Functions"]
    assert {function["Handler"] for function in functions} == {f.handler for f in packaged.functions.values()}
    assert len(functions) == sum(kind == "AWS::Lambda::Function" for kind in made)
    cdk.destroy()
    left = aws.create_client("lambda", region_name=account.region).list_functions()["Functions"]
    assert left == []


def without(types: set[str], file: Path) -> list[str]:
    """Take resources out of a template; the types of those that stay."""
    template = json.loads(file.read_text())
    resources: dict[str, Any] = template["Resources"]
    gone = {name for name, resource in resources.items() if resource["Type"] in types}
    template["Resources"] = {name: resource for name, resource in resources.items() if name not in gone}
    for resource in template["Resources"].values():
        if isinstance(resource.get("DependsOn"), list):
            resource["DependsOn"] = [name for name in resource["DependsOn"] if name not in gone]
    # ministack's Ref of a secret is its name, where AWS's is the ARN that this output takes apart.
    del template["Outputs"]["RunnerCredential"]
    file.write_text(json.dumps(template))
    return [resource["Type"] for resource in template["Resources"].values()]
