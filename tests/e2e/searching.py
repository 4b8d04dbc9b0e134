"""Everything that a stack writes down or shows, as text in which secrets are looked for."""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from alethia.client import Client
from alethia.embedded.emulated_aws import clients
from alethia.embedded.stack import Stack

LOOKS = 20
"""Of 50 ms each."""


class Arguments:
    """Every process's arguments and environment-free command line, sampled while something runs.

    A process is looked at in its first second, in which it becomes what it is.
    """

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> "Arguments":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        looks: dict[str, int] = {}
        while not self._stop.wait(0.05):
            now = [folder.name for folder in Path("/proc").glob("[0-9]*")]
            looks = {pid: looks.get(pid, 0) + 1 for pid in now}
            for pid in now:
                if looks[pid] <= LOOKS:
                    with contextlib.suppress(OSError):
                        self.seen.add(Path("/proc", pid, "cmdline").read_text(errors="replace"))


def rows(stack: Stack) -> str:
    """Every row of both tables."""
    dynamodb = clients(stack.control_plane.aws_endpoint)("dynamodb")
    return "".join(
        json.dumps(page["Items"], default=repr)
        for table in ("alethia-specs", "alethia-jobs")
        for page in dynamodb.get_paginator("scan").paginate(TableName=table)
    )


def logs(stack: Stack) -> str:
    """The logs of every process."""
    return "".join(path.read_text(errors="replace") for path in _files(stack.data.logs))


def objects(stack: Stack) -> str:
    """Every object of the store, as it lies there."""
    found = list(_files(stack.data.store))
    assert found
    return "".join(path.read_bytes().decode("latin-1") for path in found)


def answers(client: Client, spec_id: str, elsewhere: str) -> str:
    """What people are shown of a spec that stands, of its jobs, and of how it would be on another cloud."""
    shown: list[Any] = [
        client.spec(spec_id),
        client.preview(spec_id),
        client.kubeconfig(spec_id),
        client.conversion(spec_id, elsewhere),
        client.state_versions(spec_id),
    ]
    for job in client.jobs(spec_id=spec_id)["items"]:
        job_id = job["job_id"]
        shown += [client.job(job_id), client.logs(job_id), client.events(job_id)]
        if job["job_type"] == "PLAN":
            shown += client.review_resources(job_id)
    return json.dumps(shown)


def assert_absent(secrets: Mapping[str, str], text: str) -> None:
    """None of `secrets` (name → value) is in `text`."""
    found = [name for name, value in secrets.items() if value in text]
    assert not found, f"in clear: {', '.join(found)}"


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
