"""``python -m cdk.main [deployment.json] [--out cdk.out]``: package the app, synthesize the stack.

Needs Node (the CDK's engine) and pip's index (the wheels for Lambda); no AWS account and no CDK program.
An app for the CDK's own commands, ``cdk --app ".venv/bin/python -m cdk.main my.json" …``; ``make synth`` and
``make deploy`` also judge what comes out.
"""

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import App

from cdk.control_plane import ControlPlane
from cdk.deployment import Deployment, NotADeployment, read_deployment
from cdk.grants import UngrantedFunction
from cdk.packaging import Package, PackagingFailed, package
from cdk.vendoring import vendored

PROJECT = Path(__file__).parent.parent
LOCK = PROJECT / "requirements" / "lambda.txt"
KEPT = PROJECT / ".alethia" / "lambda"
"""Dependencies as they were vendored, by lock: ``make clean`` removes them."""
DEPLOYMENTS = Path(__file__).parent / "deployments"
EXAMPLES = (DEPLOYMENTS / "dev.json", DEPLOYMENTS / "prod.json")


def control_plane(deployment: Deployment, packaged: Package, out: str | None = None) -> App:
    """An app that holds the control plane's stack; ``synth()`` it."""
    app = App(outdir=out, analytics_reporting=False)
    ControlPlane(app, stack_name(deployment), deployment=deployment, package=packaged)
    return app


def stack_name(deployment: Deployment) -> str:
    """Of the control plane, in the account."""
    return f"{deployment.name}-control-plane"


def main(arguments: list[str]) -> int:
    """Synthesize; 1 with a sentence when the deployment's file or the package is not right."""
    parser = argparse.ArgumentParser(prog="python -m cdk.main", description=__doc__)
    parser.add_argument("deployment", nargs="?", type=Path, default=EXAMPLES[0])
    parser.add_argument(
        "--out",
        default=os.environ.get("CDK_OUTDIR", "cdk.out"),
        help="folder for the templates (default: cdk.out)",
    )
    chosen = parser.parse_args(arguments)
    try:
        deployment = read_deployment(chosen.deployment)
        with TemporaryDirectory() as build:
            packaged = package(PROJECT, Path(build), vendored(LOCK, KEPT))
            assembly = control_plane(deployment, packaged, chosen.out).synth()
    except (OSError, NotADeployment, PackagingFailed, UngrantedFunction) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{assembly.directory}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
