"""Rules of the whole code base that no single test could hold: who imports whom, and what nobody does."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("chalicelib", "runner_task", "alethia", "cdk")
SOURCES = [ROOT / "app.py", *sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))]

SETTINGS = "chalicelib/settings.py"
READS_ENVIRONMENT = (SETTINGS, "runner_task/", "alethia/", "cdk/")
"""Who may look at the environment: of the control plane only its settings; the others are other programs."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(), filename=str(path)))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in nodes(path) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_scans_a_table(path: Path) -> None:
    """Every access is one GetItem, one Query page or one transaction."""
    names = {"scan", "rate_limited_scan", "Scan"}
    found = [
        call.lineno
        for call in calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in names
        and name_of(path).startswith("chalicelib")
    ]
    assert found == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_starts_a_shell(path: Path) -> None:
    """Programs are started with argv lists only."""
    for call in calls(path):
        shell = [keyword for keyword in call.keywords if keyword.arg == "shell"]
        assert not any(not isinstance(k.value, ast.Constant) or k.value.value for k in shell), call.lineno
        if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            called = (call.func.value.id, call.func.attr)
            assert called not in {("os", "system"), ("os", "popen"), ("subprocess", "getoutput")}, call.lineno


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if name_of(path).startswith(READS_ENVIRONMENT):
        return
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in {"environ", "getenv", "environb"}, node.lineno


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


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
