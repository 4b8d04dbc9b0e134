"""What a runner leaves on its machine: nothing of a job that ended well, a log of one that did not."""

import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alethia.runner.slots import Slots, own_folder, prune_logs
from chalicelib.domain.messages import Offer

SHOWS = (
    "import json, os, signal, sys, time;"
    "order = json.loads(sys.stdin.readline()); environ = order['environ'];"
    "seen = str(os.environ) + str(sys.argv);"
    "print(sorted(name for name in environ if 'ALETHIA' in name), 'canary' in seen);"
    "open(os.path.join(order['directory'], 'plan.tfvars'), 'w').write('secret');"
    "killed = environ['ALETHIA_ATTEMPT'] == '9' and os.fork();"
    "killed and os.kill(os.getpid(), signal.SIGKILL);"
    "environ['ALETHIA_ATTEMPT'] == '9' and time.sleep(1);"
    "sys.exit(int(environ['ALETHIA_ATTEMPT']) - 1)"
)


@pytest.fixture
def slots(tmp_path: Path) -> Iterator[Slots]:
    prune_logs(tmp_path / "logs", now=time.time())
    with own_folder(tmp_path / "work") as (folder, lifeline):
        yield Slots(
            1,
            api_url="http://api",
            folder=folder,
            lifeline=lifeline,
            logs=tmp_path / "logs",
            environ={**os.environ, "ALETHIA_TOKEN": "canary"},
            command=(sys.executable, "-c", SHOWS),
        )


def finish(slots: Slots, attempt: int) -> tuple[int | None, Path, Path]:
    slots.start(Offer(job_id="job-1", attempt=attempt), "runner-1.canary")
    assert (slots.free, slots.running) == (0, ["job-1"])
    deadline = time.monotonic() + 20
    while not (over := slots.reap()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (worker,) = over
    assert (slots.free, slots.running) == (1, [])
    return worker.ended, worker.scratch, worker.log


def test_of_a_job_that_ended_well_nothing_stays(slots: Slots) -> None:
    code, scratch, log = finish(slots, attempt=1)
    assert code == 0
    assert not scratch.exists()
    assert not log.exists()


def test_of_one_that_did_not_its_log_stays_for_its_owner(slots: Slots) -> None:
    code, scratch, log = finish(slots, attempt=2)
    assert code == 1
    assert not scratch.exists(), "secrets in it go"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    told = log.read_text()
    for name in ("JOB_ID", "ATTEMPT", "API_URL", "RUNNER_CREDENTIAL", "CLAIM_ID", "WORK_DIR"):
        assert f"'ALETHIA_{name}'" in told
    assert "ALETHIA_TOKEN" not in told
    assert "False" in told, "no secret in what the process was started with"


def test_what_a_killed_container_left_at_work_keeps_its_folder_until_it_ends(tmp_path: Path) -> None:
    """Symptom: an apply in there loses its plan, and the state that it could not commit."""
    prune_logs(tmp_path / "logs", now=time.time())
    with own_folder(tmp_path / "work") as (folder, lifeline):
        rest = {"logs": tmp_path / "logs", "environ": os.environ, "command": (sys.executable, "-c", SHOWS)}
        slots = Slots(1, api_url="http://api", folder=folder, lifeline=lifeline, **rest)
        code, scratch, _log = finish(slots, attempt=9)
        assert code == -9
        assert (scratch / "plan.tfvars").exists()
    assert scratch.exists(), "also when the runner ends first"
    deadline = time.monotonic() + 20
    while scratch.exists():
        assert time.monotonic() < deadline
        time.sleep(0.2)
        with own_folder(tmp_path / "work"):
            pass


def test_what_a_dead_runner_left_is_removed_and_what_a_live_one_uses_is_not(tmp_path: Path) -> None:
    left = tmp_path / "1-1"
    (left / "job-1-1").mkdir(parents=True)
    with own_folder(tmp_path) as (first, _):
        assert not left.exists()
        with own_folder(tmp_path) as (second, _):
            assert first.exists() and second.exists()
    assert list(tmp_path.iterdir()) == []


def test_logs_are_kept_for_a_week(tmp_path: Path) -> None:
    (tmp_path / "old.log").touch()
    prune_logs(tmp_path, now=time.time() + 6 * 86400)
    assert (tmp_path / "old.log").exists()
    prune_logs(tmp_path, now=time.time() + 8 * 86400)
    assert not (tmp_path / "old.log").exists()
