"""A runner's slots: each holds one process that runs one job.

A process is a container (:mod:`alethia.embedded.container`): the worker gets exactly its environment, the
credential among it, by a pipe and not by an argument; and when the worker ends, however it ends, whatever it
started ends with it. Each has a scratch folder that goes with it.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from chalicelib.domain.ids import attempt_id
from chalicelib.domain.messages import Offer

PROJECT = Path(__file__).resolve().parents[2]
CONTAINER = (sys.executable, "-m", "alethia.embedded.container")
NOT_THE_WORKERS = (
    "ALETHIA_URL",
    "ALETHIA_TOKEN",
    "ALETHIA_ZONE",
    "ALETHIA_CONFIG",
    "ALETHIA_RUNNER_CREDENTIAL",
)
"""What the person who started the runner has in their environment, and a worker must not have."""

KEEP_LOGS_SECONDS = 7 * 24 * 3600


@dataclass
class Worker:
    """A process and the job that it is for."""

    offer: Offer
    process: "subprocess.Popen[bytes]"
    scratch: Path
    log: Path
    claim_id: str
    """What it claims with: proof that it is this process that had the job."""

    @property
    def ended(self) -> int | None:
        """Its exit code, once it ended: negative if the container itself was killed, and knows nothing of
        what it left behind."""
        return self.process.poll()


class Slots:
    """Starts workers and notes their ends.

    Parameters
    ----------
    folder : Path
        For this process alone while it lives; see :func:`own_folder`.
    lifeline : int
        A file descriptor that marks the folder as in use; workers hold it, too.
    command : Sequence[str]
        What a worker is started with.
    """

    def __init__(
        self,
        count: int,
        *,
        api_url: str,
        folder: Path,
        lifeline: int,
        logs: Path,
        environ: Mapping[str, str],
        command: Sequence[str] = CONTAINER,
    ) -> None:
        self.count = count
        self._api_url = api_url
        self._folder = folder
        self._lifeline = lifeline
        self._logs = logs
        self._environ = {name: value for name, value in environ.items() if name not in NOT_THE_WORKERS}
        self._command = tuple(command)
        self._workers: list[Worker] = []

    @property
    def running(self) -> list[str]:
        """Ids of the jobs in hand."""
        return [worker.offer.job_id for worker in self._workers]

    @property
    def free(self) -> int:
        """How many more jobs may run."""
        return self.count - len(self._workers)

    @property
    def pids(self) -> dict[str, int]:
        """Job id → its container's process id."""
        return {worker.offer.job_id: worker.process.pid for worker in self._workers}

    def start(self, offer: Offer, credential: str) -> None:
        """Let a worker claim and do the job."""
        name = attempt_id(offer.job_id, offer.attempt)
        scratch, log = self._folder / name, self._logs / f"{name}.log"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        claim_id = uuid.uuid4().hex
        environ = {
            **self._environ,
            "ALETHIA_JOB_ID": offer.job_id,
            "ALETHIA_ATTEMPT": str(offer.attempt),
            "ALETHIA_API_URL": self._api_url,
            "ALETHIA_RUNNER_CREDENTIAL": credential,
            "ALETHIA_CLAIM_ID": claim_id,
            "ALETHIA_WORK_DIR": str(scratch),
        }
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as out:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=_with_project(self._environ),
                start_new_session=True,
                pass_fds=(self._lifeline,),
            )
        self._workers.append(Worker(offer, process, scratch, log, claim_id))
        order = {"environ": environ, "directory": str(scratch), "log": str(log)}
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it ended at once; that is seen like any other end
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.close()

    def reap(self) -> list[Worker]:
        """Workers that ended since the last look; their slots are free.

        Where the container itself was killed, its worker may still be at work in the scratch folder: that
        goes when nobody uses it any more (:func:`own_folder`).
        """
        over = [worker for worker in self._workers if worker.ended is not None]
        for worker in over:
            self._workers.remove(worker)
            if worker.ended is not None and worker.ended >= 0:
                shutil.rmtree(worker.scratch, ignore_errors=True)
            if worker.ended == 0:
                worker.log.unlink(missing_ok=True)
        return over

    def terminate(self) -> None:
        """SIGTERM to every worker: terraform is interrupted, the state it reached is committed."""
        for worker in self._workers:
            with suppress(ProcessLookupError):
                worker.process.send_signal(signal.SIGTERM)


@contextmanager
def own_folder(base: Path) -> Iterator[tuple[Path, int]]:
    """A scratch folder for this process and its workers, and the descriptor that says it is in use.

    Folders that nobody uses any more are removed: their runner and all of its workers died.
    """
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in base.iterdir():
        _remove_if_unused(left)
    folder = base / f"{os.getpid()}-{time.time_ns()}"
    folder.mkdir(mode=0o700)
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_SH)
    try:
        yield folder, lock
    finally:
        os.close(lock)
        _remove_if_unused(folder)


def prune_logs(logs: Path, *, now: float) -> None:
    """Make the folder of workers' logs, and forget what is older than a week."""
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    for log in logs.glob("*.log"):
        with suppress(FileNotFoundError):
            if now - log.stat().st_mtime > KEEP_LOGS_SECONDS:
                log.unlink()


def _remove_if_unused(folder: Path) -> None:
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _with_project(environ: Mapping[str, str]) -> dict[str, str]:
    """The container's own environment: it needs to find its modules, and is told no secret."""
    paths = [str(PROJECT), *filter(None, [environ.get("PYTHONPATH")])]
    return {**environ, "PYTHONPATH": os.pathsep.join(paths)}
