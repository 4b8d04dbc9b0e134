"""The whole life of an environment against the emulated cloud: plan, apply, plan again, destroy.

``python -m tests.support.terraform_cycle`` runs it for a spec with two of everything, and for an edit of it.
It tells how long each step took, and fails if a second plan has changes, if destroy leaves anything behind,
or if a call needs a permission that a linked account does not give. terraform works as the role that the link
template makes, so that roles are made under its boundary. It takes minutes; the quick tests don't use it.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from alethia.embedded.customers import click
from chalicelib.adapters.customer_aws import CustomerSts, sts_clients
from chalicelib.domain.identity import Identity, IdentityStatus
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from chalicelib.providers.linking.base import OurSide
from chalicelib.settings import Settings
from runner_task.installations import cli_configuration
from tests.support.aws_accounts import CONTROL_PLANE
from tests.support.aws_calls import not_allowed, recorded_calls
from tests.support.aws_specs import OWNER, a_form_for_aws, frozen
from tests.support.templates import AWS_TEMPLATE

ACCOUNT = "210987654321"

SUMMARIES = ("Plan:", "No changes", "Apply", "Destroy")
"""How the lines begin in which terraform sums up."""


def linked(address: str) -> Identity:
    """The account, linked by the template as a customer does it."""
    identity = Identity(
        identity_id="identity-cycle",
        zone_id=OWNER.zone_id,
        provider=CloudProvider.AWS,
        name="Cycle",
        account_id=ACCOUNT,
        external_id="external-id-of-the-cycle",
        status=IdentityStatus.PENDING,
        created_at="2026-03-01T12:00:00.000Z",
    )
    role = click(address, identity, OurSide(principal=CONTROL_PLANE))
    return identity.model_copy(update={"role_reference": role})


def emulator_environment(address: str, region: str, folder: Path, identity: Identity) -> dict[str, str]:
    """All that terraform needs to take the emulated cloud at `address` for AWS."""
    settings = Settings(customer_aws_endpoint_url=address, control_plane_principal=CONTROL_PLANE)
    session = CustomerSts(sts_clients(settings)).assume(
        str(identity.role_reference),
        external_id=str(identity.external_id),
        account_id=ACCOUNT,
        session_name="cycle",
        region=region,
    )
    return {
        **os.environ,
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(cli_configuration(None, folder)),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }


class Workspace:
    """A copy of the AWS template, with its state in a local file."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        shutil.copytree(AWS_TEMPLATE, folder, ignore=shutil.ignore_patterns(".terraform"))
        (folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')

    def write_variables(self, variables: dict[str, Any]) -> None:
        (self.folder / "terraform.tfvars.json").write_text(json.dumps(variables))

    def run(self, *arguments: str) -> int:
        """Run terraform; its exit code, after a line that tells the time."""
        started = time.monotonic()
        done = subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - started
        said = [line for line in done.stdout.splitlines() if line.startswith(SUMMARIES)]
        print(f"{seconds:7.1f} s  {arguments[0]}: {said[-1] if said else f'exit {done.returncode}'}")
        if done.returncode == 1:
            print(done.stdout[-4000:], done.stderr)
        return done.returncode


def inventory(address: str, region: str) -> dict[str, list[str]]:
    """What exists in the emulated account."""
    query = f"account={ACCOUNT}&region={region}"
    with urllib.request.urlopen(f"{address}/_alethia/inventory?{query}") as answer:
        resources: dict[str, list[str]] = json.load(answer)["resources"]
        return resources


def cycle(folder: Path, address: str, body: dict[str, Any], edited: dict[str, Any]) -> bool:
    """Whether a spec applies, is edited and destroyed with a clean plan after each and nothing left."""
    identity = linked(address)
    workspace = Workspace(
        folder / "workspace", emulator_environment(address, body["region"], folder, identity)
    )
    provider = registry[CloudProvider.AWS]
    good = workspace.run("init") == 0
    for version in (body, edited):
        frozen_now = frozen(version).model_copy(
            update={"account_id": ACCOUNT, "role_reference": identity.role_reference}
        )
        workspace.write_variables(provider.to_tfvars(frozen_now, OWNER))
        good &= workspace.run("plan", "-out=plan") == 0
        good &= workspace.run("apply", "plan") == 0
        good &= workspace.run("plan", "-detailed-exitcode") == 0
    good &= workspace.run("destroy", "-auto-approve") == 0
    for region in ("eu-west-1", "us-east-1", "eu-central-1"):
        left = inventory(address, region)
        print(f"left in {region}: {left or 'nothing'}")
        good &= not left
    calls = recorded_calls(address, ACCOUNT)
    refused = not_allowed(calls)
    print(f"{len(calls)} kinds of calls; not allowed by a link: {refused or 'none'}")
    return good and not refused


def an_edit(body: dict[str, Any]) -> dict[str, Any]:
    """The same spec after a busy afternoon: one of everything changed, some added, some removed."""
    edited: dict[str, Any] = json.loads(json.dumps(body))
    edited["network"] |= {"single_nat_gateway": True, "allowed_cidr_blocks": ["198.51.100.0/24"]}
    edited["cluster"] |= {"cluster_version": "1.33", "node_desired_size": 3, "node_disk_size_gb": 60}
    edited["cluster"]["cluster_admins"].pop()
    edited["dns"]["waf_enabled"] = False
    edited["databases"][0] |= {"max_capacity": 8, "multi_az": False}
    edited["databases"][1] = {**edited["databases"][1], "name": "archive"}
    edited["caches"][0]["num_cache_nodes"] = 2
    edited["caches"][1] |= {"num_cache_nodes": 2, "node_type": "cache.t4g.medium"}
    edited["queues"][0] |= {"visibility_timeout": 90, "dead_letter": None}
    edited["topics"][1]["subscriptions"] = [{"protocol": "https", "endpoint": "https://hooks.example.com/a"}]
    edited["nosql_tables"][2]["global_replicas"] = ["us-east-1"]
    edited["container_registries"][0]["image_tag_mutability"] = "MUTABLE"
    edited["storage_buckets"][1] |= {"versioning": False, "encryption": False}
    edited["secrets"].append({"name": "extra", "length": 64, "special_chars": False})
    return edited


def main() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    cloud = subprocess.Popen([sys.executable, "-m", "alethia.embedded.customer_cloud", "--port", str(port)])
    try:
        time.sleep(4)
        with tempfile.TemporaryDirectory() as folder:
            body = a_form_for_aws()
            return 0 if cycle(Path(folder), address, body, an_edit(body)) else 1
    finally:
        cloud.terminate()
        cloud.wait()


if __name__ == "__main__":
    sys.exit(main())
