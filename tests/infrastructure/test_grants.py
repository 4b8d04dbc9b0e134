"""Rights are sufficient where that can be seen without AWS: what a function is wired with, it may open."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.adapters import s3_store
from chalicelib.bootstrap import Container
from chalicelib.settings import Settings
from chalicelib.workflow import steps

SETTINGS = Settings(
    store_endpoint_url="https://store.example.com",
    store_access_key_id="id",
    store_secret_name="alethia/store",
    aws_endpoint_url="http://127.0.0.1:9",  # made-up credentials; nothing is sent while wiring
    state_machine_arn="arn:aws:states:eu-west-1:123456789012:stateMachine:alethia",
)


def services_by_step() -> dict[str, list[str]]:
    """The workflow's functions, by Chalice's names, with the services that each asks the container for."""
    assert steps.__file__
    tree = ast.parse(Path(steps.__file__).read_text())
    return {
        "".join(part.capitalize() for part in node.name.split("_")): re.findall(
            r"container\(\)\.(\w+)", ast.unparse(node)
        )
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    }


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the secrets that were read."""
    names: list[str] = []

    def read_secret(_: Settings, name: str) -> Callable[[], str]:
        def value() -> str:
            names.append(name)
            return "key"

        return value

    monkeypatch.setattr(s3_store, "secret_reader", read_secret)
    return names


@pytest.mark.parametrize(("function", "services"), sorted(services_by_step().items()))
def test_being_wired_with_somebody_elses_store_needs_no_keys_to_it(
    function: str, services: list[str], read: list[str]
) -> None:
    container = Container(SETTINGS)
    assert services, f"{function} asks for nothing"
    for service in services:
        getattr(container, service)
    assert read == []


def test_using_the_store_needs_them_once(read: list[str]) -> None:
    store = Container(SETTINGS).object_store
    for name in ("a", "b"):
        store.presigned_get(f"zone/{name}.{'0' * 64}")
    assert read == ["alethia/store"]
