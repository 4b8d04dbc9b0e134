"""A self-hosted runner against the served API, with real processes: its tenant's jobs and no others."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from alethia.embedded.server import Handle, serve
from alethia.runner.api import PollApi
from alethia.runner.loop import Loop
from alethia.runner.slots import CONTAINER, Slots, own_folder, prune_logs
from alethia.transport import NotSignedIn
from tests.support.api import Api
from tests.support.dynamodb import ROOT
from tests.support.runners import Registered, a_tenant
from tests.support.s3 import TestKms, TestStore

WORKER = "tests.support.stub_worker"


@pytest.fixture
def served(api: Api) -> Iterator[Handle]:
    from app import app

    object.__setattr__(api.container.settings, "runner_poll_seconds", 0.2)
    handle = serve(app)
    yield handle
    handle.stop()


class Machine:
    """A runner's process, played by a thread; its workers are processes."""

    def __init__(self, url: str, runner: Registered, folder: Path, *, work: str, slots: int = 2) -> None:
        self.seen = folder / "seen"
        self.seen.mkdir(parents=True)
        self.told: list[str] = []
        self.failure: BaseException | None = None
        prune_logs(folder / "logs", now=time.time())
        self._own = own_folder(folder / "work")
        self.folder, lifeline = self._own.__enter__()
        environ = {
            **os.environ,
            "ALETHIA_TEST_WORK": work,
            "ALETHIA_TEST_SEEN": str(self.seen),
            "ALETHIA_TOKEN": "canary-person",
        }
        self.slots = Slots(
            slots,
            api_url=url,
            folder=self.folder,
            lifeline=lifeline,
            logs=folder / "logs",
            environ=environ,
            command=(*CONTAINER, WORKER),
        )
        self.loop = Loop(
            PollApi(url, lambda: runner.credential),
            self.slots,
            credential=lambda: runner.credential,
            version="test",
            tell=self.told.append,
        )

    def run(self, *, once: bool = False) -> None:
        try:
            self.loop.run(once=once)
        except BaseException as error:
            self.failure = error
        finally:
            self._own.__exit__(None, None, None)

    @contextmanager
    def at_work(self) -> Iterator["Machine"]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield self
        finally:
            self.loop.stop()
            self.loop.stop()
            thread.join(20)
            assert not thread.is_alive(), self.told

    def saw(self, job_id: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.seen / f"{job_id}.json").read_text())
        return told


def wait_until(condition: Callable[[], object], *, within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_it_does_the_jobs_of_its_tenant_and_no_others(api: Api, served: Handle, tmp_path: Path) -> None:
    ours, theirs = a_tenant(api, "ada"), a_tenant(api, "bob")
    machine = Machine(served.url, ours.register(), tmp_path / "ours", work="done")
    their_machine = Machine(served.url, theirs.register(), tmp_path / "theirs", work="done")
    our_jobs = [ours.job() for _ in range(3)]
    their_job = theirs.job()
    with machine.at_work(), their_machine.at_work():
        wait_until(lambda: all(ours.read(job).status == "SUCCESS" for job in our_jobs))
        wait_until(lambda: theirs.read(their_job).status == "SUCCESS")
    assert sorted(path.stem for path in machine.seen.iterdir()) == sorted(our_jobs)
    assert [path.stem for path in their_machine.seen.iterdir()] == [their_job]
    assert machine.failure is None and their_machine.failure is None
    assert not machine.folder.exists(), "scratch goes with the runner"


def test_the_credential_is_in_no_argument_and_in_no_environment_that_others_read(
    api: Api, served: Handle, tmp_path: Path
) -> None:
    tenant = a_tenant(api)
    runner = tenant.register()
    machine = Machine(served.url, runner, tmp_path, work="done")
    job = tenant.job(runner.runner_id)
    machine.run(once=True)
    assert tenant.read(job).status == "SUCCESS"
    saw = machine.saw(job)
    for place in ("arguments", "environment", "started_with"):
        assert runner.credential not in str(saw[place]), place
        assert "canary-person" not in str(saw[place]), place
    assert saw["environment"]["ALETHIA_JOB_ID"] == job
    assert Path(saw["cwd"]).parent == machine.folder
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(runner.credential.encode() in path.read_bytes() for path in left)


def test_a_worker_that_is_killed_frees_its_slot_and_its_job_is_tried_again(
    api: Api, served: Handle, tmp_path: Path
) -> None:
    tenant = a_tenant(api)
    machine = Machine(served.url, tenant.register(), tmp_path, work="wait", slots=1)
    first, second = tenant.job(), tenant.job()
    with machine.at_work():
        wait_until(lambda: (machine.seen / f"{first}.waits").exists())
        assert tenant.read(second).status == "QUEUED"
        os.kill(machine.saw(first)["pid"], signal.SIGKILL)
        wait_until(lambda: (machine.seen / f"{second}.waits").exists())
        assert first not in machine.slots.running
        assert (tenant.read(first).status, tenant.read(first).lease_expires_at) == ("QUEUED", None), "at once"
    assert any(first in line and "without a report" in line for line in machine.told)
    assert tenant.read(second).status == "FAILED", "told to stop, it reported"


def test_asked_to_stop_it_lets_its_jobs_end(api: Api, served: Handle, tmp_path: Path) -> None:
    tenant = a_tenant(api)
    machine = Machine(served.url, tenant.register(), tmp_path, work="wait", slots=1)
    job = tenant.job()
    with machine.at_work():
        wait_until(lambda: (machine.seen / f"{job}.waits").exists())
        machine.loop.stop()
        later = tenant.job()
        time.sleep(0.6)
        assert machine.slots.running == [job]
    assert tenant.read(job).status == "FAILED"
    assert tenant.read(later).status == "QUEUED"


def test_drained_it_ends_with_its_last_job(api: Api, served: Handle, tmp_path: Path) -> None:
    tenant = a_tenant(api)
    runner = tenant.register()
    machine = Machine(served.url, runner, tmp_path, work="done")
    tenant.admin.post(f"/api/zones/{tenant.zone_id}/runners/{runner.runner_id}/drain")
    machine.run()
    assert "draining" in machine.told[-1]


def test_a_deleted_runner_ends_and_says_why(api: Api, served: Handle, tmp_path: Path) -> None:
    tenant = a_tenant(api)
    runner = tenant.register()
    tenant.admin.delete(f"/api/zones/{tenant.zone_id}/runners/{runner.runner_id}")
    machine = Machine(served.url, runner, tmp_path, work="done")
    machine.run()
    assert isinstance(machine.failure, NotSignedIn)


def test_the_command_runs_a_job_with_the_real_worker(
    api: Api, served: Handle, kms: TestKms, supabase: TestStore, tmp_path: Path
) -> None:
    """``runner start --once``: ``runner_task`` itself claims, works, archives its log and reports."""
    vars(api.container).update(keys=kms.keys, object_store=supabase.store)
    tenant = a_tenant(api)
    runner = tenant.register()
    job = tenant.job(runner.runner_id)
    credential = tmp_path / "credential"
    credential.write_text(runner.credential)
    environ = {**os.environ, "HOME": str(tmp_path), "ALETHIA_CLOUD_ENDPOINT_URL": "http://127.0.0.1:9"}
    words = ["--url", served.url, "runner", "start", "--once", "--dir", str(tmp_path / "runner")]
    done = subprocess.run(
        [sys.executable, "-m", "alethia", *words, "--credential-file", str(credential)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert f"Job {job} is done." in done.stderr
    assert tenant.read(job).reported_attempt == 1
    assert runner.credential not in done.stderr + done.stdout
