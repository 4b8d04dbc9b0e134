"""What is left out of a form is filled in before it is judged."""

from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from chalicelib.providers.aws.catalogue import AURORA_MYSQL, AURORA_POSTGRESQL, REDIS, VALKEY
from chalicelib.services.spec_forms import read_form


def a_form(**changes: Any) -> dict[str, Any]:
    return {
        "project_name": "shop",
        "environment_stage": "production",
        "region": "eu-west-1",
        "network": {},
        **changes,
    }


@pytest.mark.parametrize(
    ("field", "given", "engine", "version"),
    [
        ("databases", {"name": "orders"}, "aurora-postgresql", AURORA_POSTGRESQL.versions[0]),
        ("databases", {"name": "orders", "engine": "aurora-mysql"}, "aurora-mysql", AURORA_MYSQL.versions[0]),
        ("caches", {"name": "pages"}, "valkey", VALKEY.versions[0]),
        ("caches", {"name": "pages", "engine": "redis"}, "redis", REDIS.versions[0]),
        ("caches", {"name": "pages", "engine": "redis", "engine_version": "7.0"}, "redis", "7.0"),
    ],
)
def test_an_engine_without_a_version_gets_the_one_that_its_cloud_prefers(
    field: str, given: dict[str, Any], engine: str, version: str
) -> None:
    (component,) = getattr(read_form(a_form(**{field: [given]})), field)
    assert (component.engine, component.engine_version) == (engine, version)


def test_an_unknown_engine_is_named_not_given_a_version() -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_form(a_form(databases=[{"name": "orders", "engine": "oracle"}]))
    assert "databases[0].engine_version" in [problem.field for problem in refusal.value.problems]


@pytest.mark.parametrize("more", [{}, {"databases": [{"name": "orders"}]}, {"environment_stage": "moon"}])
def test_a_cloud_that_can_only_be_linked_is_named(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    cloud = CloudProvider.AZURE
    monkeypatch.delitem(registry, cloud, raising=False)
    with pytest.raises(InvalidInput) as refusal:
        read_form(a_form(provider=str(cloud), **more))
    (problem,) = [problem for problem in refusal.value.problems if problem.field == "provider"]
    assert problem.message.startswith(f"is {cloud}, where accounts can be linked but nothing is provisioned")
    assert "use one of: aws" in problem.message


@pytest.mark.parametrize("raw", [{"databases": ["orders"]}, {"caches": "two"}, {"provider": "moon"}])
def test_wrong_shapes_reach_validation_unharmed(raw: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        read_form(a_form(**raw))
