"""Relational databases: Cloud SQL has one machine of a fixed size for each."""

import re
from collections.abc import Iterator
from typing import Any

from chalicelib.domain.components import Database
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration, Path
from ..catalogue import CATALOGUE, TIERS

ENGINES = {engine.name: engine for engine in CATALOGUE.database_engines}

TIER = re.compile(r"db-[a-z0-9]+(-[A-Za-z0-9]+)+")
CUSTOM_TIER = re.compile(r"db-custom-(\d+)-(\d+)")

SHARED_CORE = ("db-f1-micro", "db-g1-small")
DISK_GB = (10, 65536)
SHARED_CORE_DISK_GB = 3062
READ_REPLICAS = (0, 20)


def problems(config: Configuration) -> Iterator[FieldProblem]:
    for index, database in enumerate(config.databases):
        path = ("databases", index)
        yield from _engine(path, database)
        yield from _capacity(path, database)
        yield from _options((*path, "provider_config"), database)


def _engine(path: Path, database: Database) -> Iterator[FieldProblem]:
    engine = ENGINES.get(database.engine)
    if engine is None:
        yield FieldProblem(
            (*path, "engine"), f"{database.engine!r} is not offered; choose one of {', '.join(ENGINES)}"
        )
        return
    if database.engine_version not in engine.versions:
        yield FieldProblem(
            (*path, "engine_version"),
            f"{engine.label} {database.engine_version!r} is not offered; "
            f"choose one of {', '.join(engine.versions)}",
        )
    if database.port not in (None, engine.default_port):
        yield FieldProblem(
            (*path, "port"), f"{engine.label} listens on {engine.default_port} only; leave the port out"
        )


def _capacity(path: Path, database: Database) -> Iterator[FieldProblem]:
    if database.min_capacity != database.max_capacity:
        yield FieldProblem(
            (*path, "min_capacity"),
            f"Cloud SQL has one size, not a range: set min_capacity and max_capacity to the same "
            f"(they are {database.min_capacity:g} and {database.max_capacity:g})",
        )
    if database.max_capacity not in TIERS:
        yield FieldProblem(
            (*path, "max_capacity"),
            f"Cloud SQL has no machine of {database.max_capacity:g} units; "
            f"choose one of {', '.join(map(str, TIERS))}",
        )


def _options(path: Path, database: Database) -> Iterator[FieldProblem]:
    options = database.provider_config
    tier = options.get("tier")
    if isinstance(tier, str):
        yield from _tier((*path, "tier"), tier)
    else:
        tier = TIERS.get(int(database.max_capacity))
    largest = SHARED_CORE_DISK_GB if tier in SHARED_CORE else DISK_GB[1]
    yield from _between((*path, "storage_gb"), options.get("storage_gb"), DISK_GB[0], largest, f"on {tier}")
    yield from _between(
        (*path, "read_replicas"), options.get("read_replicas"), *READ_REPLICAS, "on Cloud SQL"
    )


def _tier(path: Path, tier: str) -> Iterator[FieldProblem]:
    custom = CUSTOM_TIER.fullmatch(tier)
    if not TIER.fullmatch(tier):
        yield FieldProblem(path, f"{tier!r} is no machine of Cloud SQL; write for example db-custom-2-8192")
    elif tier.startswith("db-custom-") and (custom is None or not _is_a_machine(*map(int, custom.groups()))):
        yield FieldProblem(
            path,
            "db-custom-<vCPU>-<MiB> takes 1 or an even number of up to 96 vCPU, and for each of them 922 to "
            "6656 MiB, 3840 at least, in steps of 256; write for example db-custom-2-8192",
        )


def _is_a_machine(processors: int, memory_mib: int) -> bool:
    return (
        (processors == 1 or (processors % 2 == 0 and 2 <= processors <= 96))
        and memory_mib % 256 == 0
        and memory_mib >= 3840
        and 922 * processors <= memory_mib <= 6656 * processors
    )


def _between(path: Path, value: Any, least: int, most: int, where: str) -> Iterator[FieldProblem]:
    if type(value) is int and not least <= value <= most:
        yield FieldProblem(path, f"must be between {least} and {most} {where}")
