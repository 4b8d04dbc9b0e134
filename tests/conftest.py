"""Fixtures for every test; each lives beside what it starts, in ``tests/support``."""

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
    "tests.support.offline_terraform",
]
