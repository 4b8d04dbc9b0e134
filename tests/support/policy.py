"""Security findings in what a spec becomes, as trivy judges it, without any network.

trivy 0.76 reads three forms, and each but plain resources misleads it (docs/templates-offline.md):

* terraform's plan: references are gone and blocks inside blocks are lost, so that it misses controls that
  are set; one unknown value in a list makes it pass everything;
* a template with modules: it gives up after 32 rounds, and passes the modules that are left.

So :func:`findings_in_values` writes a plan's values as plain resources, once ids are known. For AWS,
where a plan needs an emulated cloud, :func:`findings_in_template` gives it the template with a spec's values
and makes sure that it came to the end.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.offline_terraform import Resource

TRIVY = Path(sys.executable).with_name("trivy")

SEVERE = ("HIGH", "CRITICAL")

_OPTIONS = (
    *("--misconfig-scanners", "terraform", "--format", "json", "--debug"),
    *("--skip-check-update", "--skip-version-check", "--disable-telemetry"),
)
_EVALUATED = re.compile(r'Starting module evaluation.*module="root" module="((?:[^"\\]|\\.)+)" path')


@dataclass(frozen=True, order=True)
class Finding:
    """One rule that one resource breaks."""

    rule: str
    """trivy's id, ``AWS-0087``."""
    severity: str
    address: str
    """``module.storage_bucket["assets"].aws_s3_bucket_public_access_block.this``."""
    title: str

    def __str__(self) -> str:
        return f"{self.severity} {self.rule} {self.address}: {self.title}"


def findings_in_values(resources: Iterable[Resource], work: Path) -> list[Finding]:
    """What trivy objects to in resources whose ids are known, whatever the severity."""
    numbered = list(resources)
    folder = work / "resources"
    folder.mkdir()
    written = [f'resource "{item.type}" "r{number}" {{\n' for number, item in enumerate(numbered)]
    bodies = ["".join(f"  {line}\n" for line in _body(item.values)) for item in numbered]
    text = "\n".join(f"{head}{body}}}\n" for head, body in zip(written, bodies, strict=True))
    (folder / "main.tf").write_text(text)
    results, _ = _trivy(folder, work)
    return _findings(results, lambda cause: numbered[int(cause["Resource"].rpartition(".r")[2])].address)


def findings_in_template(
    template: Path, variables: Mapping[str, Any], modules: set[str], work: Path
) -> list[Finding]:
    """What trivy objects to in `template` with `variables`.

    Parameters
    ----------
    modules : set of str
        The root's modules that the variables ask for, ``database["orders"]``. That trivy came to each of them
        is asserted.
    """
    values = work / "policy.tfvars.json"
    values.write_text(json.dumps(variables))
    results, log = _trivy(template, work, "--tf-vars", str(values))
    evaluated = {name.replace("\\", "") for name in _EVALUATED.findall(log)}
    assert evaluated == modules, f"not judged: {modules - evaluated}; not expected: {evaluated - modules}"
    return _findings(results, _address)


def severe(found: Iterable[Finding]) -> list[Finding]:
    """Those of high and critical severity."""
    return [item for item in found if item.severity in SEVERE]


def _trivy(folder: Path, work: Path, *options: str) -> tuple[list[Any], str]:
    report = work / "policy.json"
    argv = [str(TRIVY), "config", *_OPTIONS, "--cache-dir", str(work / "cache"), *options]
    argv += ["--output", str(report), str(folder)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=work, check=False)
    # That no newer rules were downloaded is what was asked for.
    unread = [line for line in done.stderr.splitlines() if "ERROR" in line and "embedded checks" not in line]
    assert done.returncode == 0 and not unread, "\n".join(unread) or done.stderr[-2000:]
    results = json.loads(report.read_text()).get("Results") or []
    assert sum(item["MisconfSummary"]["Successes"] for item in results) > 0, "it judged nothing"
    return results, done.stderr


def _findings(results: list[Any], address: Any) -> list[Finding]:
    return sorted(
        {
            Finding(item["ID"], item["Severity"], address(item["CauseMetadata"]), item["Title"])
            for result in results
            for item in result.get("Misconfigurations", [])
        }
    )


def _address(cause: Mapping[str, Any]) -> str:
    """Module and resource. Occurrences go from the block that breaks the rule out to the module's call."""
    named = [item["Resource"] for item in cause.get("Occurrences", [])]
    named = [name for name in reversed(named) if "." in name]
    if cause["Resource"] not in named:
        named.append(cause["Resource"])
    return ".".join(named)


def _body(values: Mapping[str, Any]) -> Iterator[str]:
    """Values as the lines of a block: a list of objects is written as blocks, what is not set is left out."""
    for name, value in values.items():
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            for item in value:
                yield f"{name} {{"
                yield from (f"  {line}" for line in _body(item))
                yield "}"
        elif value is not None and value != []:
            yield f"{name} = {_literal(value)}"


def _literal(value: Any) -> str:
    """JSON is an HCL expression once no text in it is taken for a template."""
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")
