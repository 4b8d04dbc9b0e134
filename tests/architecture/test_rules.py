"""Rules of the whole code base that no single test could hold: who imports whom, and what nobody does."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("chalicelib", "runner_task", "alethia", "cdk")
SOURCES = [ROOT / "app.py", *sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]

SETTINGS = "chalicelib/settings.py"
READS_ENVIRONMENT = (SETTINGS, "runner_task/", "alethia/", "cdk/")
"""Who may look at the environment: of the control plane only its settings; the others are other programs."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(), filename=str(path))))


def every_call() -> Iterator[tuple[Path, ast.Call]]:
    return ((path, node) for path in SOURCES for node in nodes(path) if isinstance(node, ast.Call))


def at(path: Path, node: Any) -> str:
    return f"{name_of(path)}:{node.lineno}"


def test_nothing_scans_a_table() -> None:
    """Every access is one GetItem, one Query page or one transaction."""
    names = {"scan", "rate_limited_scan", "Scan"}
    found = [
        at(path, call)
        for path, call in every_call()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in names
        and name_of(path).startswith("chalicelib")
    ]
    assert found == []


def test_nothing_starts_a_shell() -> None:
    """Programs are started with argv lists only."""
    shells = {("os", "system"), ("os", "popen"), ("subprocess", "getoutput")}
    found = []
    for path, call in every_call():
        asked = [keyword.value for keyword in call.keywords if keyword.arg == "shell"]
        if any(not isinstance(value, ast.Constant) or value.value for value in asked):
            found.append(at(path, call))
        named = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        if named and (call.func.value.id, call.func.attr) in shells:  # type: ignore[attr-defined]
            found.append(at(path, call))
    assert found == []


def test_the_environment_is_read_in_one_place() -> None:
    found = [
        at(path, node)
        for path in SOURCES
        if not name_of(path).startswith(READS_ENVIRONMENT)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
        if node.attr in {"environ", "getenv", "environb"}
    ]
    assert found == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_importing_the_domain_needs_no_aws_and_no_web_framework() -> None:
    """The runner and the CLI share it; a Lambda's cold start pays for what is imported."""
    heavy = ("boto3", "botocore", "pynamodb", "chalice", "aws_lambda_powertools", "cryptography", "httpx")
    code = (
        "import sys, chalicelib.domain.messages, chalicelib.domain.spec_config, chalicelib.providers;"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_authorizer_starts_without_the_database_and_boto3() -> None:
    """A sign-in token is checked with the issuer's keys alone, so the authorizer's cold start stays small."""
    code = (
        "import sys, chalicelib.api.authorizer;"
        "print([name for name in ('boto3', 'pynamodb', 'aws_lambda_powertools') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_packages_import_only_what_the_design_allows() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_mypy_knows_the_parts_of_the_cdk_that_are_used() -> None:
    """The others are skipped, which is most of its time; an import of one would check nothing."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    known = {name for rule in rules if rule.get("follow_imports") == "normal" for name in rule["module"]}
    imported = {
        f"{node.module}.{alias.name}" if node.module == "aws_cdk" else str(node.module)
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "aws_cdk"
        for alias in node.names
    }
    parts = {name for name in imported if name.rpartition(".")[2].islower()}
    assert parts == {
        name for name in known if name != "aws_cdk" and not name.startswith("aws_cdk.interfaces")
    }
