"""What both clouds have comes back as it was: every row of the tables, and a spec of nothing else."""

import re
from itertools import permutations
from typing import Any

import pytest

from chalicelib.domain.conversion import Outcome
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from chalicelib.providers.base import Engine, Provider
from chalicelib.providers.conversion import convert
from chalicelib.providers.equivalents import Table
from chalicelib.providers.equivalents.engines import (
    CACHE_ENGINES,
    DATABASE_ENGINES,
    SUBSCRIPTION_PROTOCOLS,
    same_release,
)
from chalicelib.providers.equivalents.regions import REGIONS
from chalicelib.providers.equivalents.sizes import (
    CACHE_NODE_TYPES,
    CAPACITY_STEPS,
    INSTANCE_TYPES,
    step_for,
)
from chalicelib.services.spec_forms import read_form, stored

TABLES = {
    "instance types": INSTANCE_TYPES,
    "cache node types": CACHE_NODE_TYPES,
    "database engines": DATABASE_ENGINES,
    "cache engines": CACHE_ENGINES,
    "protocols": SUBSCRIPTION_PROTOCOLS,
    "regions": REGIONS,
}
WAYS = [(registry[source], registry[target]) for source, target in permutations(registry, 2)]
each_way = pytest.mark.parametrize(
    ("source", "target"), WAYS, ids=[f"{source.name}-{target.name}" for source, target in WAYS]
)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_row_leads_there_and_back(table: Table) -> None:
    for source, target in permutations(CloudProvider, 2):
        for value in table.column(source):
            there = table.counterpart(value, source, target)
            assert there is None or table.counterpart(there, target, source) == value


@pytest.mark.parametrize(
    ("field", "table"),
    [("regions", REGIONS), ("instance_types", INSTANCE_TYPES), ("cache_node_types", CACHE_NODE_TYPES)],
)
def test_a_counterpart_is_one_that_the_form_offers(field: str, table: Table) -> None:
    for cloud, provider in registry.items():
        assert {*table.column(cloud)} <= {choice.value for choice in getattr(provider.catalogue, field)}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_what_goes_by_another_value_is_in_no_row_itself(table: Table) -> None:
    rows = {value for row in table.rows for value in row.values()}
    assert rows.isdisjoint(table.same_as)
    assert rows >= set(table.same_as.values())


def offered_as(provider: Provider, field: str) -> dict[str, list[float]]:
    """What each catalogue says of its sizes: processors and memory, or memory alone."""
    choices = getattr(provider.catalogue, field)
    return {choice.value: [float(n) for n in re.findall(r"[\d.]+", choice.label)] for choice in choices}


@pytest.mark.parametrize(("source", "target"), WAYS, ids=lambda one: one.name.value)
@pytest.mark.parametrize(
    ("field", "table", "least", "most"),
    [("instance_types", INSTANCE_TYPES, 1, 2), ("cache_node_types", CACHE_NODE_TYPES, 0.5, 2.01)],
)
def test_what_corresponds_is_of_the_same_size(
    source: Provider, target: Provider, field: str, table: Table, least: float, most: float
) -> None:
    here, there = offered_as(source, field), offered_as(target, field)
    for value, sizes in here.items():
        becomes = table.counterpart(value, source.name, target.name)
        if becomes is not None:
            assert all(
                least <= other / one <= most for one, other in zip(sizes, there[becomes], strict=True)
            ), (value, sizes, becomes, there[becomes])


@pytest.mark.parametrize("field", ["instance_types", "cache_node_types"])
def test_every_size_that_a_form_offers_has_a_counterpart_somewhere(field: str) -> None:
    """But the two largest caches, of which there is nothing like anywhere."""
    table = {"instance_types": INSTANCE_TYPES, "cache_node_types": CACHE_NODE_TYPES}[field]
    lonely = {
        value
        for source in registry.values()
        for value in offered_as(source, field)
        if not any(table.counterpart(value, source.name, other) for other in registry if other != source.name)
    }
    assert lonely == ({"redis-200gb", "redis-300gb"} if field == "cache_node_types" else set())


@pytest.mark.parametrize(
    ("engine", "version", "offered", "found"),
    [
        ("aurora-postgresql", "16.8", ("17", "16", "15"), "16"),
        ("postgresql", "16", ("17.4", "16.13", "16.8"), "16.13"),
        ("aurora-mysql", "8.0.mysql_aurora.3.08.2", ("8.4", "8.0"), "8.0"),
        ("mysql", "8.4", ("8.0.21",), None),
        ("mysql", "8.0", ("8.0.mysql_aurora.3.10.4",), "8.0.mysql_aurora.3.10.4"),
        ("redis", "6.2", ("7.2", "6.x"), "6.x"),
        ("redis", "7.1", ("6",), None),
        ("redis", "7.0", ("7.2", "7.0"), "7.0"),
    ],
)
def test_a_version_stays_within_its_release(
    engine: str, version: str, offered: tuple[str, ...], found: str | None
) -> None:
    assert same_release(engine, version, offered) == found


@pytest.mark.parametrize(
    ("capacity", "step"), [(0.5, 1), (1, 1), (1.5, 2), (16, 16), (17, 32), (128, 128), (128.5, None)]
)
def test_a_capacity_goes_up_to_the_next_step(capacity: float, step: int | None) -> None:
    assert step_for(capacity) == step


@each_way
def test_a_spec_of_shared_values_comes_back_as_it_was(source: Provider, target: Provider) -> None:
    form = shared(source, target)
    there = convert(form, source, target)
    asked = [line for line in there.report if line.outcome is Outcome.DECISION]
    assert all(line.field == "cloud_identity" or "less memory" in line.why for line in asked)
    assert not there.count(Outcome.LOST)
    assert convert(there.form, target, source).form == form


def shared(source: Provider, target: Provider) -> dict[str, Any]:
    """A form with every value of `source` that stands for one of `target`."""
    azure = CloudProvider.AZURE in (source.name, target.name)
    machines = in_both(INSTANCE_TYPES, source, target)
    theirs = target.catalogue.kubernetes_versions
    kubernetes = next(one for one in source.catalogue.kubernetes_versions if one in theirs)
    body = {
        "project_name": "shop",
        "environment_stage": "production",
        "provider": source.name.value,
        "region": in_both(REGIONS, source, target)[3],
        "network": {"cidr_block": "10.20.0.0/16", "allowed_cidr_blocks": ["203.0.113.0/24"]},
        "cluster": {"cluster_version": kubernetes, "instance_types": machines[:1], "node_disk_size_gb": 80},
        "dns": {"domain_name": "shop.example.com"},
        "repositories": {"apps_destination_repo": "https://git.example.com/shop/apps"},
        "databases": [
            {
                "name": f"d{index}-{number}",
                "engine": engine.name,
                "engine_version": version,
                "min_capacity": step,
                "max_capacity": step,
                "multi_az": step >= 4,
                "iam_auth": True,
            }
            for index, (engine, version) in enumerate(versions_in_both(source, target))
            for number, step in enumerate(CAPACITY_STEPS)
        ],
        "caches": [
            {
                "name": f"c{number}",
                "engine": "redis",
                "engine_version": redis_in_both(source, target),
                "node_type": node_type,
                "num_cache_nodes": 2,
                "multi_az": True,
            }
            for number, node_type in enumerate(in_both(CACHE_NODE_TYPES, source, target))
        ],
        "queues": [
            {"name": "mails", "visibility_timeout": 60, "dead_letter": {"max_receive_count": 5}},
            {"name": "orders", "fifo": True, "message_retention": 600},
        ],
        "topics": [
            {"name": "events", "subscriptions": subscriptions(source, target)},
            {"name": "alerts"},
        ],
        "nosql_tables": [{"name": "carts", "hash_key": "id", "range_key": "at", "range_key_type": "N"}],
        "container_registries": [
            {"name": "api", "image_tag_mutability": "MUTABLE", "scan_on_push": False}
            if azure
            else {"name": "api"}
        ],
        "storage_buckets": [{"name": "assets", "cors_origins": ["https://shop.example.com"]}],
        "secrets": [{"name": "session-key", "length": 40}],
    }
    return stored(read_form(body))


def subscriptions(source: Provider, target: Provider) -> list[dict[str, str]]:
    endpoints = {"https": "https://hooks.example.com/events", "push": "https://hooks.example.com/events"}
    protocols = in_both(SUBSCRIPTION_PROTOCOLS, source, target)
    return [{"protocol": name, "endpoint": endpoints.get(name, "mails")} for name in protocols]


def in_both(table: Table, source: Provider, target: Provider) -> list[str]:
    return [
        value
        for value in table.column(source.name)
        if table.counterpart(value, source.name, target.name) is not None
    ]


def versions_in_both(source: Provider, target: Provider) -> list[tuple[Engine, str]]:
    """Of each engine the versions that a release over there stands for, the preferred one of each."""
    theirs = {engine.name: engine for engine in target.catalogue.database_engines}
    found = []
    for engine in source.catalogue.database_engines:
        other = theirs[DATABASE_ENGINES.counterpart(engine.name, source.name, target.name) or ""]
        for version in engine.versions:
            there = same_release(engine.name, version, other.versions)
            if there and same_release(other.name, there, engine.versions) == version:
                found.append((engine, version))
    assert {engine.name for engine, _ in found} == set(in_both(DATABASE_ENGINES, source, target))
    return found


def redis_in_both(source: Provider, target: Provider) -> str:
    versions = {
        provider.name: engine.versions
        for provider in (source, target)
        for engine in provider.catalogue.cache_engines
        if engine.name == "redis"
    }
    for version in versions[source.name]:
        there = same_release("redis", version, versions[target.name])
        if there and same_release("redis", there, versions[source.name]) == version:
            return version
    raise AssertionError(f"no release of Redis is both on {source.label} and on {target.label}")
