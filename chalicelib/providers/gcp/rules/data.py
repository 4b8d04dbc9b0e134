"""What else holds data: caches, tables and buckets."""

import re
from collections.abc import Iterator

from chalicelib.domain.components import Cache, NosqlTable, StorageBucket
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration, Path
from ..catalogue import CACHE_NODE_TYPES, CATALOGUE, MULTI_REGIONS
from ..tfvars import READ_REPLICAS_FROM_GIB

CACHE_ENGINES = {engine.name: engine for engine in CATALOGUE.cache_engines}

RESERVED_FIELD = re.compile(r"__.*__", re.DOTALL)


def problems(config: Configuration) -> Iterator[FieldProblem]:
    for index, cache in enumerate(config.caches):
        yield from _cache(("caches", index), cache)
    for index, table in enumerate(config.nosql_tables):
        yield from _table(("nosql_tables", index), table)
    for index, bucket in enumerate(config.storage_buckets):
        yield from _bucket(("storage_buckets", index), bucket)


def _cache(path: Path, cache: Cache) -> Iterator[FieldProblem]:
    engine = CACHE_ENGINES.get(cache.engine)
    if engine is None:
        yield FieldProblem(
            (*path, "engine"),
            f"{cache.engine!r} is not offered on GCP; choose one of {', '.join(CACHE_ENGINES)}",
        )
    elif cache.engine_version not in engine.versions:
        yield FieldProblem(
            (*path, "engine_version"),
            f"{engine.label} {cache.engine_version!r} is not offered; "
            f"choose one of {', '.join(engine.versions)}",
        )
    memory = CACHE_NODE_TYPES.get(cache.node_type)
    if memory is None:
        yield FieldProblem(
            (*path, "node_type"),
            f"{cache.node_type!r} is not offered; choose one of {', '.join(CACHE_NODE_TYPES)}",
        )
    elif cache.num_cache_nodes > 2 and memory < READ_REPLICAS_FROM_GIB:
        yield FieldProblem(
            (*path, "num_cache_nodes"),
            f"Memorystore has more than one replica from {READ_REPLICAS_FROM_GIB} GiB on; choose at most 2 "
            f"nodes, or a node_type such as redis-{READ_REPLICAS_FROM_GIB}gb",
        )
    if cache.allowed_cidr_blocks:
        yield FieldProblem(
            (*path, "allowed_cidr_blocks"),
            "Memorystore is open to the whole network and to nothing else; leave this empty on GCP",
        )


def _table(path: Path, table: NosqlTable) -> Iterator[FieldProblem]:
    if table.billing_mode != "PAY_PER_REQUEST":
        yield FieldProblem(
            (*path, "billing_mode"), "Firestore is billed per request; choose PAY_PER_REQUEST on GCP"
        )
    if table.global_replicas and (
        len(table.global_replicas) > 1 or table.global_replicas[0] not in MULTI_REGIONS
    ):
        yield FieldProblem(
            (*path, "global_replicas"),
            "Firestore is copied within one of its multi-regions; name exactly one of "
            f"{' (Europe), '.join(MULTI_REGIONS)} (United States), or choose table_type 'standard'",
        )
    fields = {
        (*path, "hash_key"): table.hash_key,
        (*path, "range_key"): table.range_key,
        (*path, "provider_config", "ttl_attribute"): table.provider_config.get("ttl_attribute"),
    }
    for where, field in fields.items():
        if isinstance(field, str) and (not field or RESERVED_FIELD.fullmatch(field)):
            yield FieldProblem(
                where, f"{field!r} can't be a field in Firestore: name one, and not with __ at both ends"
            )


def _bucket(path: Path, bucket: StorageBucket) -> Iterator[FieldProblem]:
    for index, origin in enumerate(bucket.cors_origins):
        if origin != "*" and not re.fullmatch(r"https?://[^/\s*]+", origin):
            yield FieldProblem(
                (*path, "cors_origins", index),
                f"{origin!r} is no origin for Cloud Storage; write for example https://shop.example.com, "
                "without a path or wildcards, or * alone",
            )
