"""``make synth``: every stack, judged by cdk-nag, the CDK and cfn-lint, and one table about them.

``python -m cdk.synth [deployment.json …] [--out cdk.out]`` packages the app and synthesizes the control plane
of each deployment (without one: of the examples), the stack of a runner in a customer's account, and the
stacks that link one. It fails on any finding, and says which. Needs Node and pip's index; no AWS account.
"""

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cfnlint.api  # type: ignore[import-untyped]
from aws_cdk import App

from cdk.control_plane import ControlPlane
from cdk.deployment import Deployment, NotADeployment, read_deployment
from cdk.grants import UngrantedFunction
from cdk.link_stack import add_link_stacks
from cdk.main import EXAMPLES, KEPT, LOCK, PROJECT, stack_name
from cdk.nag import check_with_nag
from cdk.packaging import Package, PackagingFailed, package
from cdk.runner_stack import RunnerStack
from cdk.vendoring import vendored

REPORT = "validation-report.json"
"""Where the CDK writes what cdk-nag found, and what it found itself."""

NAG = ("AwsSolutions", "Serverless")
"""cdk-nag's packs, as the report names them."""

JUDGES = ("cdk-nag", "CDK", "cfn-lint")

LINTED_FOR = ["eu-west-1"]
NOT_LINTED = ["W3005"]
"""The CDK writes a DependsOn for each role beside the GetAtt that says it already."""


@dataclass(frozen=True)
class Finding:
    """What a judge has against a stack."""

    judge: str
    stack: str
    rule: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.judge} {self.rule}: {self.what} ({self.where})"


@dataclass(frozen=True)
class Judged:
    """One stack, as it would be sent to CloudFormation."""

    name: str
    resources: int
    bytes: int
    answered: int
    """Findings that stay, each with its reason beside what it is about."""
    findings: tuple[Finding, ...]

    def count(self, judge: str) -> int:
        return sum(finding.judge == judge for finding in self.findings)


def all_stacks(deployments: Iterable[Deployment], packaged: Package, out: Path) -> App:
    """An app of everything that this project deploys, or has customers deploy."""
    app = App(outdir=str(out), analytics_reporting=False, context={"aws:cdk:enable-path-metadata": False})
    for deployment in deployments:
        ControlPlane(app, stack_name(deployment), deployment=deployment, package=packaged)
    RunnerStack(app, "alethia-runner")
    add_link_stacks(app)
    return app


def empty(out: Path) -> None:
    """Take away what an earlier synthesis left in `out`: it would be judged, and deployed, as this one's.

    Raises
    ------
    FileExistsError
        The folder holds something else.
    """
    if not out.exists():
        return
    if any(out.iterdir()) and not any((out / made).exists() for made in ("cdk.out", "manifest.json")):
        raise FileExistsError(f"{out} holds something that no synthesis made: name another folder by --out.")
    shutil.rmtree(out)


def judge(app: App, out: Path) -> list[Judged]:
    """Synthesize into `out`, and say of each stack what its judges find."""
    check_with_nag(app)
    try:
        app.synth()
    except RuntimeError:
        # A finding stops the synthesis after everything is written.
        if not (out / REPORT).exists():
            raise
    report = json.loads((out / REPORT).read_text())
    found = list(_reported(report, "violations"))
    answered = Counter(finding.stack for finding in _reported(report, "suppressedViolations"))
    stacks = []
    for file in sorted(out.glob("*.template.json")):
        name, text = file.name.removesuffix(".template.json"), file.read_text()
        ours = (*(finding for finding in found if finding.stack == name), *_found_by_lint(name, text))
        stacks.append(
            Judged(
                name=name,
                resources=len(json.loads(text)["Resources"]),
                bytes=len(text.encode()),
                answered=answered[name],
                findings=ours,
            )
        )
    return stacks


def table(stacks: Sequence[Judged]) -> Iterator[str]:
    """One line for each stack."""
    width = max(len(stack.name) for stack in stacks)
    yield f"{'stack':{width}}  resources  template  {'  '.join(JUDGES)}  answered"
    for stack in stacks:
        counts = "  ".join(f"{stack.count(judge):{len(judge)}}" for judge in JUDGES)
        yield (
            f"{stack.name:{width}}  {stack.resources:9}  {stack.bytes / 1000:5.0f} kB  "
            f"{counts}  {stack.answered:8}"
        )


def sizes(packaged: Package) -> Iterator[str]:
    """One line for each zip."""
    users: dict[Path, list[str]] = {}
    for function in packaged.functions.values():
        users.setdefault(function.code.path, []).append(function.name)
    for path, names in sorted(users.items()):
        yield f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, for {', '.join(sorted(names))}"


def main(arguments: list[str]) -> int:
    """Synthesize, judge, print; 1 when anything was found or could not be made."""
    parser = argparse.ArgumentParser(prog="python -m cdk.synth", description=__doc__)
    parser.add_argument("deployments", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, default=Path("cdk.out"), help="folder for the templates")
    chosen = parser.parse_args(arguments)
    try:
        files = chosen.deployments or EXAMPLES
        deployments = [read_deployment(file) for file in files]
        empty(chosen.out)
        with TemporaryDirectory() as build:
            packaged = package(PROJECT, Path(build), vendored(LOCK, KEPT))
            stacks = judge(all_stacks(deployments, packaged, chosen.out), chosen.out)
            zips = list(sizes(packaged))
    except (OSError, NotADeployment, PackagingFailed, UngrantedFunction) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    findings = [finding for stack in stacks for finding in stack.findings]
    _print(*table(stacks), "", *zips, *([""] if findings else []), *map(str, findings))
    return 1 if findings else 0


def _reported(report: dict[str, Any], kind: str) -> Iterator[Finding]:
    for plugin in report["pluginReports"]:
        judge = "cdk-nag" if plugin["pluginName"] in NAG else "CDK"
        for rule in plugin.get(kind, ()):
            for construct in rule["violatingConstructs"]:
                path = construct["constructPath"]
                yield Finding(judge, path.split("/")[0], rule["ruleName"], rule["description"], path)


def _found_by_lint(stack: str, template: str) -> Iterator[Finding]:
    config = cfnlint.api.ManualArgs(regions=LINTED_FOR, ignore_checks=NOT_LINTED)
    for problem in cfnlint.api.lint(template, config=config):
        where = "/".join([stack, *map(str, problem.path or ())])
        yield Finding("cfn-lint", stack, problem.rule.id, problem.message, where)


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
