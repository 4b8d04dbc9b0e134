"""Database and cache engines that speak the same protocol, and versions that are one release."""

import re
from collections.abc import Sequence

from chalicelib.domain.words import CloudProvider

from . import Table

DATABASE_ENGINES = Table(
    [
        ("aurora-postgresql", "postgresql", "postgresql"),
        ("aurora-mysql", "mysql", "mysql"),
    ]
)

CACHE_ENGINES = Table(
    [
        ("redis", "redis", "redis"),
        ("valkey", None, None),
    ]
)
"""Valkey speaks Redis' protocol, but neither Memorystore for Redis nor Azure Managed Redis runs it."""

SUBSCRIPTION_PROTOCOLS = Table(
    [
        ("sqs", "pull", "queue"),
        ("https", "push", None),
    ]
)
"""``pull`` keeps messages in a subscription of Pub/Sub; ``queue`` forwards them inside Service Bus."""

READERS = {CloudProvider.GCP: "pull", CloudProvider.AZURE: "subscription"}
"""How a topic keeps messages for a reader, where it can: the receiver is a name then, and no queue."""

RELEASE_PARTS = {"aurora-mysql": 2, "mysql": 2}
"""Engine → numbers of a version that make a release, one where it is not named: MySQL's are 8.0 and 8.4,
PostgreSQL's 15 and 16, Redis' 6 and 7. Within a release, data and clients stay as they are."""


def same_release(engine: str, version: str, offered: Sequence[str]) -> str | None:
    """That of `offered` which is of the release of `version`: itself, or the first; ``None`` without any."""
    if version in offered:
        return version
    release = release_of(engine, version)
    return next((other for other in offered if release_of(engine, other) == release), None)


def release_of(engine: str, version: str) -> str:
    """``8.0`` for MySQL's 8.0.21, ``16`` for PostgreSQL's 16.8."""
    return ".".join(_numbers(version)[: RELEASE_PARTS.get(engine, 1)])


def _numbers(version: str) -> list[str]:
    """``8.0.mysql_aurora.3.08.2`` begins with 8 and 0."""
    beginning = re.match(r"\d+(\.\d+)*", version)
    return beginning[0].split(".") if beginning else [version]
