"""What holds data: databases, caches, tables and buckets."""

import re
from collections.abc import Iterator

from chalicelib.domain.components import Cache, Database, NosqlTable, StorageBucket
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration, Engine
from ..catalogue import CACHE_NODE_TYPES, CATALOGUE, REGIONS

Path = tuple[str | int, ...]

DATABASE_ENGINES = {engine.name: engine for engine in CATALOGUE.database_engines}
CACHE_ENGINES = {engine.name: engine for engine in CATALOGUE.cache_engines}

LOWEST_PORT = 1150
"""RDS keeps the ports below to itself."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    for index, database in enumerate(config.databases):
        yield from _database(("databases", index), database)
    for index, cache in enumerate(config.caches):
        yield from _cache(("caches", index), cache)
    for index, table in enumerate(config.nosql_tables):
        yield from _table(("nosql_tables", index), table, config.region)
    for index, bucket in enumerate(config.storage_buckets):
        yield from _bucket(("storage_buckets", index), bucket)


def _database(path: Path, database: Database) -> Iterator[FieldProblem]:
    engine = DATABASE_ENGINES.get(database.engine)
    if engine is None:
        known = ", ".join(DATABASE_ENGINES)
        yield FieldProblem((*path, "engine"), f"{database.engine!r} is not offered; choose one of {known}")
    elif database.engine_version not in engine.versions:
        yield _not_offered_version((*path, "engine_version"), engine, database.engine_version)
    for field in ("min_capacity", "max_capacity"):
        if getattr(database, field) % 0.5:
            yield FieldProblem((*path, field), "Aurora's capacity comes in steps of 0.5")
    if database.max_capacity < 1:
        yield FieldProblem((*path, "max_capacity"), "Aurora needs a largest capacity of at least 1")
    if database.port is not None and database.port < LOWEST_PORT:
        yield FieldProblem((*path, "port"), f"RDS takes ports from {LOWEST_PORT} to 65535")


def _cache(path: Path, cache: Cache) -> Iterator[FieldProblem]:
    engine = CACHE_ENGINES[cache.engine]
    if cache.engine_version not in engine.versions:
        yield _not_offered_version((*path, "engine_version"), engine, cache.engine_version)
    if cache.node_type not in CACHE_NODE_TYPES:
        yield FieldProblem(
            (*path, "node_type"),
            f"{cache.node_type!r} is not offered; choose one of {', '.join(CACHE_NODE_TYPES)}",
        )


def _not_offered_version(path: Path, engine: Engine, version: str) -> FieldProblem:
    known = ", ".join(engine.versions)
    return FieldProblem(path, f"{engine.label} {version!r} is not offered; choose one of {known}")


def _table(path: Path, table: NosqlTable, region: str) -> Iterator[FieldProblem]:
    if len(table.name) < 3:
        yield FieldProblem((*path, "name"), "a table's name has at least 3 characters")
    for field in ("hash_key", "range_key"):
        if len((getattr(table, field) or "").encode()) > 255:
            yield FieldProblem((*path, field), "a key's name has at most 255 bytes")
    yield from _replicas(path, table, region)
    for option in ("read_capacity", "write_capacity"):
        capacity = table.provider_config.get(option)
        if capacity is None:
            continue
        if table.billing_mode != "PROVISIONED":
            yield FieldProblem((*path, "provider_config", option), f"{option} needs billing_mode PROVISIONED")
        elif isinstance(capacity, int) and capacity < 1:
            yield FieldProblem((*path, "provider_config", option), f"{option} must be at least 1")


def _replicas(path: Path, table: NosqlTable, region: str) -> Iterator[FieldProblem]:
    for index, replica in enumerate(table.global_replicas):
        where = (*path, "global_replicas", index)
        if replica not in REGIONS:
            yield FieldProblem(where, f"{replica!r} is not offered; choose one of {', '.join(REGIONS)}")
        elif replica == region:
            yield FieldProblem(where, f"{region} is the table's own region; name other ones only")
        elif replica in table.global_replicas[:index]:
            yield FieldProblem(where, f"{replica} is in the list already")
    if table.global_replicas and table.billing_mode == "PROVISIONED":
        yield FieldProblem(
            (*path, "billing_mode"), "a global table is billed per request: choose PAY_PER_REQUEST"
        )


def _bucket(path: Path, bucket: StorageBucket) -> Iterator[FieldProblem]:
    for index, origin in enumerate(bucket.cors_origins):
        if origin != "*" and not re.fullmatch(r"https?://[^/\s*]*\*?[^/\s*]+", origin):
            yield FieldProblem(
                (*path, "cors_origins", index),
                f"{origin!r} is no origin; write for example https://shop.example.com, without a path",
            )
