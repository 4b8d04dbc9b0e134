"""Plays ECS on one machine: a process for each task, and word of it when it ends.

The agent looks at clusters (:mod:`.tasks`: the platform's own, and those of deployed runners), starts a
container (:mod:`.container`) for each new task with the environment that ECS would give it, and when the
process ends has it written down where the task came from. It outlives a restart of the control plane: an end
that could not be told is told later.
"""

import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from .processes import clean_environment
from .tasks import Task, TaskSource

log = logging.getLogger(__name__)

POLL_SECONDS = 0.15
STOP_SECONDS = 120
"""Between SIGTERM and SIGKILL, as Fargate's largest ``stopTimeout``."""

EXITED = "Essential container in task exited"
NOT_MADE = "ResourceInitializationError: unable to pull secrets or registry auth"
"""ECS's own words."""


@dataclass
class Container:
    """A warm or running container, and what ECS knows of it."""

    process: subprocess.Popen[bytes]
    task: Task = field(default_factory=dict)
    source: TaskSource | None = None
    kill_at: float | None = None
    scratch: Path | None = None
    """Its file system, as it were: gone when it ends, however it ends."""

    def begin(self, *, environ: Mapping[str, str], directory: Path, log_file: Path) -> None:
        """Hand a task to the warm process, which ends when this one is gone."""
        order = {
            "environ": dict(environ),
            "directory": str(directory),
            "log": str(log_file),
            "ends_with_starter": True,
        }
        pipe = _lifeline(self.process)
        pipe.write(json.dumps(order).encode() + b"\n")
        pipe.flush()

    def kill(self) -> None:
        """SIGKILL to everything in it."""
        self.process.send_signal(signal.SIGQUIT)


@dataclass(frozen=True)
class Ended:
    """A task whose end is to be told."""

    source: TaskSource
    task: Task
    reason: str
    code: int | None = None


class EcsAgent:
    """Runs the tasks of some clusters.

    Parameters
    ----------
    runner_environ : Mapping[str, str]
        What the image of a real container would bring: paths, the emulated cloud.
    """

    def __init__(
        self,
        sources: Sequence[TaskSource],
        *,
        runner_environ: Mapping[str, str],
        logs: Path,
        work: Path,
    ) -> None:
        self._sources = sources
        self._environ = dict(runner_environ)
        self._logs = logs
        self._work = work
        self._containers: dict[str, Container] = {}
        self._untold: list[Ended] = []
        self._seen: set[str] = set()
        self._warm: Container | None = None
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ecs-agent", daemon=True)

    def start(self) -> None:
        """Begin to poll; tasks that a former stack left are reported as stopped."""
        for left in self._work.iterdir():
            shutil.rmtree(left, ignore_errors=True)
        self._warm = self._prepare()
        self._thread.start()

    def stop(self) -> None:
        """Stop every container as ECS would (SIGTERM, 120 s, SIGKILL), report each end, and end."""
        for container in list(self._containers.values()):
            self._ask_to_stop(container)
        while self._containers:
            time.sleep(0.05)
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._warm:
            _discard(self._warm.process)

    def pause(self) -> None:
        """Expect the control plane to be away; containers go on."""
        self._paused.set()

    def resume(self) -> None:
        """The control plane is back."""
        self._paused.clear()

    @property
    def running(self) -> dict[str, int]:
        """Task ARN → process id of its container."""
        return {arn: container.process.pid for arn, container in self._containers.items()}

    def task_of(self, job_id: str) -> str | None:
        """ARN of the running task that was started for a job."""
        for arn, container in list(self._containers.items()):
            for override in container.task["overrides"].get("containerOverrides", []):
                if {"name": "ALETHIA_JOB_ID", "value": job_id} in override.get("environment", []):
                    return arn
        return None

    def task(self, task_arn: str) -> dict[str, Any]:
        """What ECS said of a running task."""
        return self._containers[task_arn].task

    def kill(self, task_arn: str) -> None:
        """SIGKILL a container with everything in it, as a host that dies would."""
        self._containers[task_arn].kill()

    def _run(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self._reap()
            if self._paused.is_set():
                continue
            for source in self._sources:
                try:
                    self._look(source)
                    self._tell(source)
                except (BotoCoreError, ClientError, httpx.HTTPError) as error:
                    log.warning("The emulated ECS did not answer: %s", error)
                except Exception:
                    log.exception("The ECS agent stumbled; it goes on")

    def _look(self, source: TaskSource) -> None:
        look = source.look(self._seen)
        for arn, container in self._containers.items():
            if container.source is source and arn not in look.wanted:
                self._ask_to_stop(container)
        for task in look.fresh:
            if task["lastStatus"] == "STOPPED":
                # Its process ended with a former stack.
                self._untold.append(Ended(source, task, "The machine stopped."))
            else:
                try:
                    self._begin(source, task)
                except (ClientError, KeyError) as error:
                    log.warning("The container of %s can't be made: %s", task["taskArn"], error)
                    self._untold.append(Ended(source, task, NOT_MADE))
            self._seen.add(task["taskArn"])

    def _begin(self, source: TaskSource, task: Task) -> None:
        environ = source.environment(task)
        container = self._warm if self._warm and self._warm.process.poll() is None else self._prepare()
        self._warm = None
        name = task["taskArn"].rsplit("/", 1)[-1]
        container.task, container.source = task, source
        container.scratch = self._work / name
        container.scratch.mkdir(mode=0o700, exist_ok=True)
        scratch = {"ALETHIA_WORK_DIR": str(container.scratch)}
        try:
            container.begin(
                # The image's paths mean nothing here: this machine's take their place.
                environ=environ | self._environ | scratch,
                directory=container.scratch,
                log_file=self._logs / f"runner-{name}.log",
            )
        except BrokenPipeError:
            # It did not survive its own start; its words are in containers.log. The reap reports its end.
            log.error("The container of %s could not start", name)
        self._containers[task["taskArn"]] = container
        self._warm = self._prepare()

    def _ask_to_stop(self, container: Container) -> None:
        if container.kill_at is None:
            container.kill_at = time.monotonic() + STOP_SECONDS
            container.process.send_signal(signal.SIGTERM)

    def _reap(self) -> None:
        for arn, container in list(self._containers.items()):
            code = container.process.poll()
            if code is not None:
                assert container.source is not None, "a container in use has come from somewhere"
                self._untold.append(Ended(container.source, container.task, EXITED, code))
                del self._containers[arn]
                with suppress(BrokenPipeError):  # what it never read
                    _lifeline(container.process).close()
                if container.scratch:
                    shutil.rmtree(container.scratch, ignore_errors=True)
            elif container.kill_at is not None and time.monotonic() > container.kill_at:
                container.kill()

    def _tell(self, source: TaskSource) -> None:
        for end in [end for end in self._untold if end.source is source]:
            source.ended(end.task, end.reason, end.code)
            self._untold.remove(end)

    def _prepare(self) -> Container:
        with (self._logs / "containers.log").open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "alethia.embedded.container"],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=clean_environment({}),
            )
        return Container(process)


def _lifeline(process: subprocess.Popen[bytes]) -> IO[bytes]:
    """The pipe that a container reads its task from, and whose end is its own."""
    assert process.stdin is not None
    return process.stdin


def _discard(process: subprocess.Popen[bytes]) -> None:
    _lifeline(process).close()
    process.terminate()
    process.wait()
