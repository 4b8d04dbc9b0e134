"""``make deploy DEPLOYMENT=my.json``: the control plane into the AWS account of your credentials.

::

    check     the deployment's file, the CDK's command, credentials, region, the account's preparation
    judge     package, synthesize, and hold the stack against cdk-nag and cfn-lint (see cdk.synth)
    show      what would change
    deploy    after a yes, or ``--yes``; then the stack's outputs, and what comes next

``--destroy`` deletes the stack instead. What holds data stays in the account (docs/deploying.md).
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import botocore.session
from aws_cdk import App

from cdk.account import Account, NotReady, account_of, require_bootstrap
from cdk.deployment import Deployment, NotADeployment, read_deployment
from cdk.grants import UngrantedFunction
from cdk.main import KEPT, LOCK, PROJECT, control_plane, stack_name
from cdk.packaging import PackagingFailed, package
from cdk.synth import Judged, empty, judge, sizes, table
from cdk.vendoring import vendored

CDK = PROJECT / "node_modules" / ".bin" / "cdk"

NEXT = """\
Next (docs/deploying.md says how):
  1. build the runner's image and push it to RunnerImages:  make image
  2. sign in at ApiUrl, make a zone and link an account
  3. prove it all with a throw-away spec:                   make smoke IDENTITY=…"""


def cdk_command(command: Path = CDK) -> str:
    """The CDK's command line (:class:`NotReady` when it is not installed)."""
    if not command.exists():
        raise NotReady("The CDK's command is not installed: `make deploy` does it, or `npm ci`.")
    return os.path.relpath(command)


@dataclass(frozen=True)
class Cdk:
    """The CDK's command, on one synthesized stack in one account."""

    command: str
    assembly: Path
    stack: str
    account: Account
    run: Callable[..., Any] = subprocess.run

    @property
    def outputs(self) -> Path:
        """Where the command writes the stack's outputs."""
        return self.assembly / "outputs.json"

    def diff(self) -> None:
        """Show what would change."""
        self._call("diff")

    def deploy(self) -> Mapping[str, str]:
        """Create or update the stack; its outputs. A person has agreed already."""
        self._call("deploy", "--require-approval", "never", "--outputs-file", str(self.outputs))
        outputs: dict[str, dict[str, str]] = json.loads(self.outputs.read_text())
        return outputs.get(self.stack, {})

    def destroy(self) -> None:
        """Delete the stack. A person has agreed already."""
        self._call("destroy", "--force")

    def _call(self, verb: str, *options: str) -> None:
        argv = [self.command, verb, "--app", str(self.assembly), self.stack, *options, "--no-notices"]
        region = self.account.region
        environment = {
            **os.environ,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }
        if self.run(argv, env=environment, check=False).returncode:
            raise NotReady(f"`cdk {verb}` failed; what it said stands above.")


def synthesize(deployment: Deployment, out: Path) -> None:
    """The stack in `out`, judged (:class:`NotReady` when anything is found)."""
    empty(out)
    with TemporaryDirectory() as build:
        packaged = package(PROJECT, Path(build), vendored(LOCK, KEPT))
        app: App = control_plane(deployment, packaged, str(out))
        stacks = judge(app, out)
        _print(*table(stacks), *sizes(packaged), "")
    _require_clean(stacks)


def agreed(question: str, yes: bool) -> None:
    """Ask a person (:class:`NotReady` when they don't agree, or nobody is there)."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotReady("Nobody is there to ask: `make deploy DEPLOYMENT=… ARGS=--yes` deploys without.")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise NotReady("Nothing was changed.")


def deploy(file: Path, out: Path, *, yes: bool, destroy: bool) -> None:
    """The whole of ``make deploy``."""
    deployment = read_deployment(file)
    command = cdk_command()
    session = botocore.session.get_session()
    account = account_of(session)
    require_bootstrap(session, account, command)
    _print(f"{stack_name(deployment)} in {account}, as {account.caller}", "")
    synthesize(deployment, out)
    cdk = Cdk(command, out, stack_name(deployment), account)
    if destroy:
        agreed(f"Delete {cdk.stack} in {account}? Tables, keys, bucket and logs stay.", yes)
        cdk.destroy()
        return
    cdk.diff()
    agreed(f"Deploy this to {account}?", yes)
    outputs = cdk.deploy()
    _print("", *(f"{name}: {value}" for name, value in sorted(outputs.items())), "", NEXT)


def main(arguments: list[str]) -> int:
    """Deploy; 1 with a sentence when something is not ready."""
    parser = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    parser.add_argument("deployment", metavar="DEPLOYMENT=my.json", type=Path, help="what describes it")
    parser.add_argument("--yes", action="store_true", help="don't ask")
    parser.add_argument("--destroy", action="store_true", help="delete the stack instead")
    parser.add_argument("--out", type=Path, default=Path("cdk.out"), help="folder for the templates")
    chosen = parser.parse_args(arguments)
    try:
        deploy(chosen.deployment, chosen.out, yes=chosen.yes, destroy=chosen.destroy)
    except (OSError, NotADeployment, PackagingFailed, UngrantedFunction, NotReady) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _require_clean(stacks: list[Judged]) -> None:
    findings = [str(finding) for stack in stacks for finding in stack.findings]
    if findings:
        raise NotReady("\n".join(["The stack is not fit to be deployed:", *findings]))


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
