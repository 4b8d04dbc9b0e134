"""When a runner counts as there, and how its absence is told."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.runner import OFFLINE_AFTER, SEEN_EVERY, RunnerKind, ago, status_of
from chalicelib.services.ports.clock import iso

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "draining", "seen", "status"),
    [
        (RunnerKind.SELF_HOSTED, False, None, "OFFLINE"),
        (RunnerKind.SELF_HOSTED, False, timedelta(0), "ONLINE"),
        (RunnerKind.SELF_HOSTED, False, OFFLINE_AFTER, "ONLINE"),
        (RunnerKind.SELF_HOSTED, False, OFFLINE_AFTER + timedelta(seconds=1), "OFFLINE"),
        (RunnerKind.SELF_HOSTED, True, timedelta(0), "DRAINING"),
        (RunnerKind.SELF_HOSTED, True, None, "DRAINING"),
        (RunnerKind.FARGATE, False, None, "ONLINE"),
        (RunnerKind.FARGATE, True, None, "DRAINING"),
    ],
)
def test_status(kind: RunnerKind, draining: bool, seen: timedelta | None, status: str) -> None:
    last = None if seen is None else iso(NOW - seen)
    assert status_of(kind, draining=draining, last_seen_at=last, now=NOW) == status


def test_one_poll_that_is_written_down_late_takes_nobody_offline() -> None:
    assert 2 * SEEN_EVERY < OFFLINE_AFTER


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (7199, "1 h ago"), (90000, "1 d ago")],
)
def test_ago(seconds: int, text: str) -> None:
    assert ago(iso(NOW - timedelta(seconds=seconds)), NOW) == text
