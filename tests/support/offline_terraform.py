"""A template of ours under the real terraform, with the offline stand-ins of its providers.

What passes is schema-checked, never provider-tested (docs/templates-offline.md). One process serves the
schemas to a whole test session, a template is initialised once, and a plan costs about half a second::

    def test_a_database_is_private(gcp: OfflineTemplate) -> None:
        plan = gcp.plan(tfvars)
        assert plan.only("google_sql_database_instance").values["settings"][0]["ip_configuration"] …

``offline_templates`` gives the :class:`OfflineTemplate` of a folder.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from alethia.embedded.offline_providers import serving

UNDECLARED = "Value for undeclared variable"
"""What terraform only warns of; a template that ignores a part of a spec is an error here."""

OUR_FLAG = "Deprecated flag: -state"
"""What terraform warns of because of how it is called here."""

UNKNOWN = object()
"""Stands for a value that is only known after apply."""


@dataclass(frozen=True)
class Diagnostic:
    """What terraform, or a provider's schema, objects to."""

    severity: str
    summary: str
    detail: str
    address: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        place = self.address or self.file or "template"
        return f"{self.severity}: {place}: {self.summary} {self.detail}"


class Refused(Exception):
    """terraform ended with errors; :attr:`diagnostics` holds them."""

    def __init__(self, command: str, diagnostics: list[Diagnostic], output: str = "") -> None:
        self.diagnostics = diagnostics
        said = "\n".join(map(str, diagnostics)) or output
        super().__init__(f"terraform {command} failed\n{said}")

    def __contains__(self, text: str) -> bool:
        return any(text in str(item) for item in self.diagnostics)


@dataclass(frozen=True)
class Resource:
    """A planned or applied resource."""

    address: str
    """``module.database["orders"].google_sql_user.owner``."""
    type: str
    name: str
    values: Mapping[str, Any]
    """What is known, as in ``show -json``: a block is a list of objects."""
    unknown: Mapping[str, Any] = field(default_factory=dict)
    """``True`` for each attribute that is only known after apply, nested like the values."""


@dataclass(frozen=True)
class Resources:
    """What a plan would leave, or an apply has left."""

    resources: Mapping[str, Resource]
    """By address."""
    outputs: Mapping[str, Any]
    """The root's outputs; :data:`UNKNOWN` where they are only known after apply."""
    document: Mapping[str, Any]
    """All of ``terraform show -json``."""
    warnings: list[Diagnostic]
    """What the plan or the apply warned of."""

    def of_type(self, resource_type: str) -> list[Resource]:
        """Every resource of a type, by address."""
        return [item for item in self.resources.values() if item.type == resource_type]

    def only(self, resource_type: str) -> Resource:
        """The one resource of a type; a failed assertion when there is none, or another."""
        found = self.of_type(resource_type)
        assert len(found) == 1, f"{len(found)} of {resource_type} among {sorted(self.resources)}"
        return found[0]

    def counts(self) -> dict[str, int]:
        """How many there are of each type."""
        counted: dict[str, int] = {}
        for item in self.resources.values():
            counted[item.type] = counted.get(item.type, 0) + 1
        return counted

    def unknown_outputs(self) -> set[str]:
        """The outputs that are only known after apply."""
        return {name for name, value in self.outputs.items() if value is UNKNOWN}


class Plan(Resources):
    """The planned resources; :attr:`changes` are their actions."""

    @property
    def changes(self) -> dict[str, list[str]]:
        """Address → actions (``["create"]``), without those that change nothing."""
        return {
            item["address"]: item["change"]["actions"]
            for item in self.document.get("resource_changes", [])
            if item["change"]["actions"] not in (["no-op"], ["read"]) and item["mode"] == "managed"
        }


class OfflineTemplate:
    """A copy of a template's folder, initialised, with its state in local files.

    Parameters
    ----------
    source : Path
        The template; nothing is written there.
    work : Path
        An empty folder for the copy.
    environment : Mapping
        What attaches terraform to the stand-ins.
    """

    def __init__(self, source: Path, work: Path, environment: Mapping[str, str]) -> None:
        self.source = source
        self.folder = work / "template"
        self._made = 0
        self._work = work
        config = work / "terraform.rc"
        shutil.copytree(source, self.folder, ignore=shutil.ignore_patterns(".terraform"))
        config.write_text("")
        (self.folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TF_")},
            **environment,
            "TF_CLI_CONFIG_FILE": str(config),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }
        done = self._terraform("init")
        if done.returncode:
            raise Refused("init", [], done.stdout + done.stderr)

    def validate(self) -> list[Diagnostic]:
        """Check the HCL without values; what remains are warnings.

        Raises
        ------
        Refused
            It isn't valid.
        """
        done = self._terraform("validate", "-json")
        found = [_diagnostic(item) for item in json.loads(done.stdout)["diagnostics"]]
        errors = [item for item in found if item.severity == "error"]
        if errors or done.returncode:
            raise Refused("validate", errors, done.stderr)
        return found

    def plan(
        self, variables: Mapping[str, Any], *, state: Path | None = None, replace: Sequence[str] = ()
    ) -> Plan:
        """What applying `variables` would leave; on top of `state` when there is one.

        No schema tells which changes make a resource anew: `replace` names those that are, by address.

        Raises
        ------
        Refused
            terraform, a schema or a rule of the template says no.
        """
        _, document, warnings = self._plan(variables, state or self._new("state", ".tfstate"), replace)
        outputs = {
            name: item.get("value", UNKNOWN)
            for name, item in document["planned_values"].get("outputs", {}).items()
        }
        unknown = {
            item["address"]: item["change"].get("after_unknown") or {}
            for item in document.get("resource_changes", [])
        }
        return Plan(_resources(document["planned_values"], unknown), outputs, document, warnings)

    def apply(self, variables: Mapping[str, Any]) -> "Applied":
        """Apply `variables` to an empty state: stand-ins are where a cloud would have answered."""
        state = self._new("state", ".tfstate")
        plan, _, _ = self._plan(variables, state)
        said = self._run("apply", "-json", "-lock=false", f"-state={state}", str(plan)).stdout
        document = json.loads(self._run("show", "-json", str(state)).stdout)
        values = document.get("values", {})
        outputs = {name: item["value"] for name, item in values.get("outputs", {}).items()}
        warnings = _diagnostics(said)
        return Applied(_resources(values, {}), outputs, document, warnings, self, variables, state)

    def destroy(self, variables: Mapping[str, Any], state: Path) -> None:
        """Destroy all that `state` holds."""
        file = self._variables(variables)
        self._run("destroy", "-json", "-auto-approve", "-lock=false", f"-state={state}", f"-var-file={file}")

    def _plan(
        self, variables: Mapping[str, Any], state: Path, replace: Sequence[str] = ()
    ) -> tuple[Path, dict[str, Any], list[Diagnostic]]:
        plan, file = self._new("plan", ".bin"), self._variables(variables)
        options = ("-json", "-lock=false", "-refresh=false", f"-state={state}", f"-var-file={file}")
        anew = [f"-replace={address}" for address in replace]
        warnings = _diagnostics(self._run("plan", *options, *anew, f"-out={plan}").stdout)
        ignored = [item for item in warnings if item.summary.startswith(UNDECLARED)]
        if ignored:
            raise Refused("plan", ignored)
        shown: dict[str, Any] = json.loads(self._run("show", "-json", str(plan)).stdout)
        return plan, shown, warnings

    def _variables(self, variables: Mapping[str, Any]) -> Path:
        file = self._new("variables", ".tfvars.json")
        file.write_text(json.dumps(variables))
        return file

    def _new(self, what: str, suffix: str) -> Path:
        self._made += 1
        return self._work / f"{what}-{self._made}{suffix}"

    def _run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        done = self._terraform(command, *options)
        if done.returncode:
            errors = [item for item in _diagnostics(done.stdout) if item.severity == "error"]
            raise Refused(command, errors, done.stdout[-4000:] + done.stderr[-4000:])
        return done

    def _terraform(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        argv = ["terraform", command, "-no-color", *options]
        return subprocess.run(
            argv, cwd=self.folder, env=self._environment, capture_output=True, text=True, check=False
        )


@dataclass(frozen=True)
class Applied(Resources):
    """What an apply has left, and the way to plan again on it and to destroy it."""

    template: OfflineTemplate
    variables: Mapping[str, Any]
    state: Path

    def plan(self, variables: Mapping[str, Any] | None = None, *, replace: Sequence[str] = ()) -> Plan:
        """Plan again on this state, with the same variables or others."""
        variables = self.variables if variables is None else variables
        return self.template.plan(variables, state=self.state, replace=replace)

    def destroy(self) -> None:
        """Destroy it."""
        self.template.destroy(self.variables, self.state)


class OfflineTemplates:
    """Templates by folder, each initialised when it is first asked for."""

    def __init__(self, work: Path, environment: Mapping[str, str]) -> None:
        self._work = work
        self._environment = environment
        self._known: dict[Path, OfflineTemplate] = {}

    def __call__(self, source: Path) -> OfflineTemplate:
        """The template in `source`."""
        if source not in self._known:
            work = self._work / f"{source.name}-{len(self._known)}"
            work.mkdir()
            self._known[source] = OfflineTemplate(source, work, self._environment)
        return self._known[source]


@pytest.fixture(scope="session")
def offline_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfflineTemplates]:
    """Any template under the real terraform, with the offline providers: ``offline_templates(folder)``."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    work = tmp_path_factory.mktemp("offline")
    with serving(work / "providers") as environment:
        yield OfflineTemplates(work, environment)


def _resources(values: Mapping[str, Any], unknown: Mapping[str, Any]) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    modules = [values.get("root_module", {})]
    while modules:
        module = modules.pop()
        modules += module.get("child_modules", [])
        for item in module.get("resources", []):
            if item["mode"] == "managed":
                address = item["address"]
                found[address] = Resource(
                    address, item["type"], item["name"], item.get("values", {}), unknown.get(address, {})
                )
    return dict(sorted(found.items()))


def _diagnostics(lines: str) -> list[Diagnostic]:
    found = []
    for line in lines.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict) and message.get("type") == "diagnostic":
            found.append(_diagnostic(message["diagnostic"]))
    return [item for item in found if item.summary != OUR_FLAG]


def _diagnostic(record: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(
        severity=record["severity"],
        summary=record["summary"],
        detail=record.get("detail", ""),
        address=record.get("address"),
        file=(record.get("range") or {}).get("filename"),
    )
