"""What e2e tests do and wait for, in the words of the domain."""

import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from alethia.client import Client
from alethia.embedded.stack import Stack

Json = dict[str, Any]
T = TypeVar("T")

ENDED = ("SUCCESS", "FAILED", "CANCELLED")
SETTLED = ("AWAITING_REVIEW", "DONE", "REJECTED", "EXPIRED", "SUPERSEDED", "FAILED", "CANCELLED")
LONG = 420
"""Seconds that a job over every kind of component may take on two cores."""


def eventually(look: Callable[[], T | None], *, within: float, what: str) -> T:
    """The first answer of `look` that counts."""
    began = time.monotonic()
    while True:
        found = look()
        if found:
            return found
        waited = time.monotonic() - began
        assert waited < within, f"not within {within:.0f} s: {what}"
        # Looking costs what is looked at some of the processor: seldom, where it takes long anyway.
        time.sleep(min(0.5, max(0.1, waited / 20)))


class Driver:
    """One person at work on one stack."""

    def __init__(self, stack: Stack, client: Client) -> None:
        self.stack = stack
        self.client = client
        self.zone_id = str(client.zones()["items"][0]["zone_id"])
        self.identity_id = self.account("aws")

    def create(self, **form: Any) -> str:
        """A spec with a project name of its own; its id."""
        body = {
            "project_name": f"t{uuid.uuid4().hex[:8]}",
            "environment_stage": "development",
            "region": "eu-west-1",
            "cloud_identity": self.identity_id,
            **form,
        }
        return str(self.client.create_spec(self.zone_id, body)["spec_id"])

    def account(self, provider: str) -> str:
        """The seeded identity of that cloud."""
        linked = self.client.identities(self.zone_id)["items"]
        (found,) = (one["identity_id"] for one in linked if one["provider"] == provider)
        return str(found)

    def edit(self, spec_id: str, **changes: Any) -> Json:
        """Change some fields of the form."""
        spec = self.client.spec(spec_id)
        return self.client.edit_spec(spec_id, {**spec["form"], **changes}, current_rev=spec["current_rev"])

    def plan(self, spec_id: str, *, within: float = LONG) -> Json:
        """Plan, until the run comes to its first stop."""
        return self.settled(str(self.client.plan(spec_id)["run_id"]), within=within)

    def approve(self, run: Json) -> str:
        """Approve the plan of `run`; the id of the job that applies it."""
        answer = self.client.approve(run["run_id"], plan_digest=run["plan_digest"])
        return str(answer["apply_job_id"])

    def apply(self, spec_id: str, *, within: float = LONG) -> Json:
        """Plan, approve and apply; the run when it is over."""
        run = self.plan(spec_id, within=within)
        assert run["status"] == "AWAITING_REVIEW", self.story(run)
        self.approve(run)
        return self.settled(run["run_id"], within=within, passing=("AWAITING_REVIEW",))

    def destroy(self, spec_id: str, *, within: float = LONG) -> Json:
        """Destroy everything; the run when it is over."""
        name = self.client.spec(spec_id)["project_name"]
        return self.settled(self.client.destroy(spec_id, project_name=name)["run_id"], within=within)

    def settled(self, run_id: str, *, within: float = LONG, passing: tuple[str, ...] = ()) -> Json:
        """The run, when it waits for a person or is over."""

        def look() -> Json | None:
            run = self.client.run(run_id)
            return run if run["status"] in SETTLED and run["status"] not in passing else None

        return eventually(look, within=within, what=f"run {run_id} comes to a stop")

    def ended(self, job_id: str, *, within: float = LONG) -> Json:
        """The job, when it is over."""

        def look() -> Json | None:
            job = self.client.job(job_id)
            return job if job["status"] in ENDED else None

        return eventually(look, within=within, what=f"job {job_id} ends")

    def container_of(self, job_id: str, *, within: float = 30) -> str:
        """ARN of the task that runs the job now."""
        return eventually(
            lambda: self.stack.control_plane.agent.task_of(job_id),
            within=within,
            what=f"{job_id} has a container",
        )

    def event(self, job_id: str, kind: str, *, within: float = 120) -> Json:
        """The job's first event of that kind."""

        def look() -> Json | None:
            found = self.client.events(job_id)["items"]
            return next((one for one in found if _event(one)["kind"] == kind), None)

        return _event(eventually(look, within=within, what=f"{job_id} tells {kind}"))

    def log(self, job_id: str) -> str:
        """The job's log as one text."""
        text, cursor = "", None
        while page := self.client.logs(job_id, after=cursor):
            text += "".join(chunk["text"] for chunk in page["items"])
            if not page["items"]:
                return text
            cursor = page["next_cursor"]
        return text

    def story(self, run: Json) -> str:
        """Why a run is where it is: for assertion messages."""
        job_id = run.get("apply_job_id") or run.get("plan_job_id")
        job = self.client.job(job_id) if job_id else {}
        return f"{run['status']}: {run.get('reason')}; {job.get('status')}: {job.get('error')}"


def _event(item: Json) -> Json:
    found = item.get("event", item)
    assert isinstance(found, dict)
    return found
