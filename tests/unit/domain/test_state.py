"""Who may commit a state, and who may take its lock."""

import pytest

from chalicelib.domain.state import (
    CommitVerdict,
    Lock,
    LockInfo,
    StateHead,
    judge_commit,
    may_take_lock,
)


def a_head(epoch: int = 3, locked: bool = False) -> StateHead:
    lock = Lock(info=LockInfo(id="l-1"), job_id="job-1", attempt=1, epoch=epoch, taken_at="t")
    return StateHead(
        zone_id="zone-1", spec_id="spec-1", name="shop-development-eu-west-1", epoch=epoch,
        lock=lock if locked else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("granted", "lease_held", "verdict"),
    [
        (3, True, CommitVerdict.ACCEPT),
        (3, False, CommitVerdict.ACCEPT_LATE),
        (2, True, CommitVerdict.FENCED),
        (2, False, CommitVerdict.FENCED),
    ],
)
def test_a_commit_counts_until_somebody_took_the_lock(
    granted: int, lease_held: bool, verdict: CommitVerdict
) -> None:
    assert judge_commit(a_head(epoch=3), epoch=granted, lease_held=lease_held) is verdict


@pytest.mark.parametrize(
    ("locked", "holder_alive", "free"), [(False, False, True), (True, True, False), (True, False, True)]
)
def test_a_lock_is_free_when_nobody_holds_it_or_its_holder_is_gone(
    locked: bool, holder_alive: bool, free: bool
) -> None:
    assert may_take_lock(a_head(locked=locked), holder_alive=holder_alive) is free
