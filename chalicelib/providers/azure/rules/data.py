"""Databases, caches and tables: what one field asks of another."""

from collections.abc import Iterator
from typing import Any

from chalicelib.domain.components import Cache, Database, NosqlTable
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration, Engine, Path
from ...equivalents.sizes import CAPACITY_STEPS
from ..catalogue import MYSQL, POSTGRESQL, REDIS, WITHOUT_PAIR
from ..sizes import MACHINE_NAMES, STORAGE_GB, has_standby, machine_of
from .table import matching

DATABASE_ENGINES = {engine.name: engine for engine in (POSTGRESQL, MYSQL)}

FEWEST_BACKUP_DAYS = {POSTGRESQL.name: 7, MYSQL.name: 1}

MOST_CACHE_NODES = 2

STEPS = ", ".join(map(str, CAPACITY_STEPS))


def problems(config: Configuration) -> Iterator[FieldProblem]:
    for index, database in enumerate(config.databases):
        yield from _capacity(("databases", index), database)
        engine = DATABASE_ENGINES.get(database.engine)
        if engine is not None:
            yield from _database(("databases", index), database, engine)
        if database.provider_config.get("geo_redundant_backup") is True and config.region in WITHOUT_PAIR:
            yield FieldProblem(
                ("databases", index, "provider_config", "geo_redundant_backup"),
                f"{config.region} has no paired region for backups; set this to false, or choose a region "
                "that has one",
            )
    for index, cache in enumerate(config.caches):
        yield from _cache(("caches", index), cache)
    for index, table in enumerate(config.nosql_tables):
        yield from _table(("nosql_tables", index), table, config.region)


def _capacity(path: Path, database: Database) -> Iterator[FieldProblem]:
    if database.max_capacity not in CAPACITY_STEPS:
        yield FieldProblem((*path, "max_capacity"), f"a flexible server has one of these capacities: {STEPS}")
    elif database.min_capacity != database.max_capacity:
        yield FieldProblem(
            (*path, "min_capacity"),
            f"a flexible server has one size and does not scale by itself; set it to "
            f"{database.max_capacity:g} like max_capacity",
        )


def _database(path: Path, database: Database, engine: Engine) -> Iterator[FieldProblem]:
    if database.engine_version not in engine.versions:
        yield _not_offered_version((*path, "engine_version"), engine, database.engine_version)
    if database.port not in (None, engine.default_port):
        yield FieldProblem(
            (*path, "port"), f"a {engine.label} has port {engine.default_port} and no other; leave this out"
        )
    fewest = FEWEST_BACKUP_DAYS[engine.name]
    if database.backup_retention_days < fewest:
        yield FieldProblem(
            (*path, "backup_retention_days"), f"a {engine.label} keeps backups for {fewest} to 35 days"
        )
    yield from _machine(path, database, engine)
    sizes, words = STORAGE_GB[engine.name]
    storage = database.provider_config.get("storage_gb")
    if isinstance(storage, int) and storage not in sizes:
        yield FieldProblem((*path, "provider_config", "storage_gb"), f"storage_gb must be {words}, in GiB")


def _machine(path: Path, database: Database, engine: Engine) -> Iterator[FieldProblem]:
    chosen = database.provider_config.get("sku_name")
    if isinstance(chosen, str):
        where, way_out = (*path, "provider_config", "sku_name"), "choose one that starts with GP_ or MO_"
        if not matching(MACHINE_NAMES[engine.name])(chosen):
            example = machine_of(engine.name, 4)
            yield FieldProblem(
                where, f"{chosen!r} is no machine of a {engine.label}; write {example} or alike"
            )
            return
        machine = chosen
    elif database.max_capacity in CAPACITY_STEPS:
        where, way_out = (*path, "max_capacity"), "choose a capacity of 4 or more"
        machine = machine_of(engine.name, database.max_capacity)
    else:
        return
    if database.multi_az and not has_standby(machine):
        yield FieldProblem(where, f"{machine} is burstable and has no standby for multi_az; {way_out}")


def _not_offered_version(path: Path, engine: Engine, version: str) -> FieldProblem:
    known = ", ".join(engine.versions)
    return FieldProblem(path, f"{engine.label} {version!r} is not offered; choose one of {known}")


def _cache(path: Path, cache: Cache) -> Iterator[FieldProblem]:
    if cache.engine == REDIS.name and cache.engine_version not in REDIS.versions:
        yield _not_offered_version((*path, "engine_version"), REDIS, cache.engine_version)
    if cache.num_cache_nodes > MOST_CACHE_NODES:
        yield FieldProblem(
            (*path, "num_cache_nodes"), f"{REDIS.label} has one node, or two in different zones; choose 2"
        )


def _table(path: Path, table: NosqlTable, region: str) -> Iterator[FieldProblem]:
    for index, replica in enumerate(table.global_replicas):
        if replica == region:
            yield FieldProblem(
                (*path, "global_replicas", index), f"{region} is the table's own region; name other ones only"
            )
    options: dict[str, Any] = table.provider_config
    if "throughput" in options and table.billing_mode != "PROVISIONED":
        yield FieldProblem(
            (*path, "provider_config", "throughput"), "throughput needs billing_mode PROVISIONED"
        )
    if "max_throughput" in options and not (
        table.billing_mode == "PAY_PER_REQUEST" and table.global_replicas
    ):
        yield FieldProblem(
            (*path, "provider_config", "max_throughput"),
            "max_throughput is for a global table with billing_mode PAY_PER_REQUEST; in one region such a "
            "table is serverless and has no limit, and with PROVISIONED use throughput",
        )
