"""Fixtures for every test; each lives beside what it starts, in ``tests/support``."""

from functools import cache

import botocore.session

pytest_plugins = [
    "tests.support.dynamodb",
    "tests.support.s3",
    "tests.support.git_hosts",
    "tests.support.api",
    "tests.support.runs",
    "tests.support.single_jobs",
    "tests.support.workers",
    "tests.support.git_world",
    "tests.support.oidc",
    "tests.support.together",
    "tests.support.offline_terraform",
]


def pytest_configure() -> None:
    """botocore reads a service's model once in this process: for each of a thousand clients, it would take
    up to 0.2 s."""
    botocore.session.create_loader = cache(botocore.session.create_loader)  # type: ignore[attr-defined]
