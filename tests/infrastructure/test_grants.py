"""Rights are sufficient where that can be seen without AWS: what a function is wired with, it may open."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cdk.grants import MAY, Right
from chalicelib.adapters import s3_store
from chalicelib.bootstrap import Container
from chalicelib.settings import Settings
from chalicelib.workflow import steps

HOLDS_STORE_KEYS = {Right.OBJECTS, Right.READ_OBJECTS, Right.OPEN_STORE}


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


@pytest.mark.parametrize(("function", "services"), sorted(services_by_step().items()))
def test_only_functions_with_the_right_are_wired_with_the_keys_of_somebody_elses_store(
    function: str, services: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def read_secret(_: Settings, name: str) -> Callable[[], str]:
        read.append(name)
        return lambda: "key"

    monkeypatch.setattr(s3_store, "secret_reader", read_secret)
    settings = Settings(
        store_endpoint_url="https://store.example.com",
        store_access_key_id="id",
        store_secret_name="alethia/store",
        aws_endpoint_url="http://127.0.0.1:9",  # made-up credentials; nothing is sent while wiring
        state_machine_arn="arn:aws:states:eu-west-1:123456789012:stateMachine:alethia",
    )
    container = Container(settings)
    assert services, f"{function} asks for nothing"
    for service in services:
        getattr(container, service)
    assert bool(read) == bool(HOLDS_STORE_KEYS & set(MAY[function]))
