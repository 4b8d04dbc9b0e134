"""Database and cache engines that speak the same protocol."""

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
"""Valkey speaks Redis' protocol, but neither Memorystore for Redis nor Azure Cache runs it."""

SUBSCRIPTION_PROTOCOLS = Table(
    [
        ("sqs", "pull", "queue"),
        ("https", "push", None),
    ]
)
"""``pull`` keeps messages in a subscription of Pub/Sub; ``queue`` forwards them inside Service Bus."""
