"""Plays ECS on one machine: a process for each task, and an event when it ends.

The emulated ECS keeps task rows and starts nothing. The agent polls it, starts a container
(:mod:`.container`) for each new task with what the task definition and RunTask's overrides say, and when
the process ends marks the task stopped and tells the control plane with an ``ECS Task State Change`` event,
as EventBridge would. It outlives a restart of the control plane: an event that could not be delivered is
delivered later.
"""

import json
import logging
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .processes import clean_environment

log = logging.getLogger(__name__)

POLL_SECONDS = 0.15
STOP_SECONDS = 120
"""Between SIGTERM and SIGKILL, as Fargate's largest ``stopTimeout``."""


@dataclass
class Container:
    """A warm or running container, and what ECS knows of it."""

    process: subprocess.Popen[bytes]
    task: dict[str, Any] = field(default_factory=dict)
    kill_at: float | None = None
    scratch: Path | None = None
    """Its file system, as it were: gone when it ends, however it ends."""

    def begin(
        self, task: dict[str, Any], *, environ: Mapping[str, str], directory: Path, log_file: Path
    ) -> None:
        """Hand the task to the warm process."""
        self.task = task
        order = {"environ": dict(environ), "directory": str(directory), "log": str(log_file)}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.close()

    def kill(self) -> None:
        """SIGKILL to everything in it."""
        self.process.send_signal(signal.SIGQUIT)


class EcsAgent:
    """Watches one cluster.

    Parameters
    ----------
    clients : Callable[[str], Any]
        boto3 client of the emulated control plane by service name; called again after a restart.
    runner_environ : Mapping[str, str]
        What the image of a real container would bring: paths, the emulated cloud.
    deliver : Callable[[dict], None]
        Takes the ``ECS Task State Change`` event; raises when it could not be delivered.
    """

    def __init__(
        self,
        *,
        clients: Callable[[str], Any],
        cluster: str,
        runner_environ: Mapping[str, str],
        deliver: Callable[[dict[str, Any]], None],
        logs: Path,
        work: Path,
    ) -> None:
        self._clients = clients
        self._cluster = cluster
        self._environ = dict(runner_environ)
        self._deliver = deliver
        self._logs = logs
        self._work = work
        self._containers: dict[str, Container] = {}
        self._undelivered: list[dict[str, Any]] = []
        self._seen: set[str] = set()
        self._warm: Container | None = None
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ecs-agent", daemon=True)
        self._definitions: dict[str, dict[str, Any]] = {}

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
            try:
                self._look()
                self._tell()
            except (BotoCoreError, ClientError) as error:
                log.warning("The emulated ECS did not answer: %s", error)
            except Exception:
                log.exception("The ECS agent stumbled; it goes on")

    def _look(self) -> None:
        ecs = self._clients("ecs")
        wanted: list[str] = []
        for page in ecs.get_paginator("list_tasks").paginate(cluster=self._cluster, desiredStatus="RUNNING"):
            wanted += page["taskArns"]
        for arn in self._containers.keys() - set(wanted):
            self._ask_to_stop(self._containers[arn])
        fresh = [arn for arn in wanted if arn not in self._seen]
        if not fresh:
            return
        for task in ecs.describe_tasks(cluster=self._cluster, tasks=fresh[:100])["tasks"]:
            self._seen.add(task["taskArn"])
            if task["lastStatus"] == "STOPPED":
                # Its process ended with a former stack.
                self._undelivered.append(stopped_event(task, "The machine stopped.", None))
            else:
                self._begin(task)

    def _begin(self, task: dict[str, Any]) -> None:
        container = self._warm if self._warm and self._warm.process.poll() is None else self._prepare()
        self._warm = None
        name = task["taskArn"].rsplit("/", 1)[-1]
        container.scratch = self._work / name
        container.scratch.mkdir(mode=0o700, exist_ok=True)
        scratch = {"ALETHIA_WORK_DIR": str(container.scratch)}
        environ = self._environ | scratch | self._task_environ(task)
        try:
            container.begin(
                task,
                environ=environ,
                directory=container.scratch,
                log_file=self._logs / f"runner-{name}.log",
            )
        except BrokenPipeError:
            # It did not survive its own start; its words are in containers.log. The reap reports its end.
            log.error("The container of %s could not start", name)
        self._containers[task["taskArn"]] = container
        self._warm = self._prepare()

    def _task_environ(self, task: dict[str, Any]) -> dict[str, str]:
        """Task definition, its secrets resolved, and the overrides: in ECS's order."""
        definition = self._definition(task["taskDefinitionArn"])
        environ = {item["name"]: item["value"] for item in definition.get("environment", [])}
        vault = self._clients("secretsmanager")
        for secret in definition.get("secrets", []):
            environ[secret["name"]] = vault.get_secret_value(SecretId=secret["valueFrom"])["SecretString"]
        for override in task["overrides"].get("containerOverrides", []):
            environ |= {item["name"]: item["value"] for item in override.get("environment", [])}
        return environ

    def _definition(self, arn: str) -> dict[str, Any]:
        if arn not in self._definitions:
            found = self._clients("ecs").describe_task_definition(taskDefinition=arn)
            self._definitions[arn] = found["taskDefinition"]["containerDefinitions"][0]
        return self._definitions[arn]

    def _ask_to_stop(self, container: Container) -> None:
        if container.kill_at is None:
            container.kill_at = time.monotonic() + STOP_SECONDS
            container.process.send_signal(signal.SIGTERM)

    def _reap(self) -> None:
        for arn, container in list(self._containers.items()):
            code = container.process.poll()
            if code is not None:
                self._undelivered.append(
                    stopped_event(container.task, "Essential container in task exited", code)
                )
                del self._containers[arn]
                if container.scratch:
                    shutil.rmtree(container.scratch, ignore_errors=True)
            elif container.kill_at is not None and time.monotonic() > container.kill_at:
                container.kill()

    def _tell(self) -> None:
        while self._undelivered:
            event = self._undelivered[0]
            self._clients("ecs").stop_task(
                cluster=self._cluster,
                task=event["detail"]["taskArn"],
                reason=event["detail"]["stoppedReason"],
            )
            self._deliver(event)
            self._undelivered.pop(0)

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


def _discard(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.terminate()
    process.wait()


def stopped_event(task: dict[str, Any], reason: str, code: int | None) -> dict[str, Any]:
    """The event that EventBridge delivers for a task that ended."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    region, account = task["taskArn"].split(":")[3:5]
    container: dict[str, Any] = {"name": "runner", "lastStatus": "STOPPED"}
    if code is not None:
        container["exitCode"] = code
    return {
        "version": "0",
        "id": task["taskArn"].rsplit("/", 1)[-1],
        "detail-type": "ECS Task State Change",
        "source": "aws.ecs",
        "account": account,
        "time": now,
        "region": region,
        "resources": [task["taskArn"]],
        "detail": {
            "taskArn": task["taskArn"],
            "clusterArn": task["clusterArn"],
            "taskDefinitionArn": task["taskDefinitionArn"],
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            "stopCode": "EssentialContainerExited",
            "stoppedReason": reason,
            "stoppedAt": now,
            "startedBy": task.get("startedBy", ""),
            "overrides": task["overrides"],
            "containers": [container],
        },
    }
