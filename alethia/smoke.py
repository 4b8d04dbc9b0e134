"""Proves a deployment from end to end, with a throw-away spec: what only the real thing can show.

Everything goes through the API, as a console would: sign-in, a runner, the linked account, plan → review →
apply, a plan that finds nothing to do, destroy. The spec has one queue and one bucket, so a pass costs cents.
Whatever is made is taken away again, also after a failure; what could not be is named.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .client import Client, Json
from .transport import ApiError, ClientError, NotSignedIn, Refused

ENDED = ("SUCCESS", "FAILED", "CANCELLED")
WORKING = ("PLANNING", "APPROVED", "APPLYING")
PATIENCE_SECONDS = 1800
"""For one job: a fresh runner's start, and what terraform makes of two small resources."""
POLL_SECONDS = 1.0

COMPONENTS: Json = {"queues": [{"name": "orders"}], "storage_buckets": [{"name": "reports"}]}


class Unexpected(Exception):
    """A check did not find what it should."""


STOPS_IT = (Unexpected, ClientError, KeyboardInterrupt)
"""A person who has seen enough wants nothing left behind either; a second Ctrl-C gives that up."""


@dataclass(frozen=True)
class Check:
    """One thing that was proved, or was not."""

    what: str
    seconds: float
    problem: str | None = None


@dataclass
class Smoke:
    """One pass over a deployment.

    Parameters
    ----------
    client : Client
        Signed in as somebody who may plan and approve in the zone.
    nobody : Client
        The same address without a token.
    region : str or None
        Where the throw-away spec goes; ``None``: the identity's own region.
    runner : str or None
        Which runner takes the jobs; ``None``: the zone's default.
    tell : callable
        Hears of each check as it ends.
    """

    client: Client
    nobody: Client
    zone_id: str
    identity_id: str
    region: str | None = None
    runner: str | None = None
    patience: float = PATIENCE_SECONDS
    tell: Callable[[Check], None] = lambda _check: None
    checks: list[Check] = field(default_factory=list)
    spec_id: str | None = None

    def run(self) -> bool:
        """Make every check in turn, up to the first that fails; then clean up. Whether all is well."""
        try:
            for what, prove in (
                ("nobody gets in without a token", self._strangers),
                ("the linked account lets us in", self._account),
                ("a spec is made, and its workspace is ready", self._spec),
                ("the plan waits for a person, with its log", self._plan),
                ("another plan's approval is refused", self._other_digest),
                ("what was approved is applied, and its addresses are written down", self._apply),
                ("a second plan finds nothing to do", self._nothing_to_do),
                ("the state has its versions, and no lock", self._state),
                ("everything is destroyed", self._destroy),
            ):
                with self._check(what):
                    prove()
        except STOPS_IT:
            self._clean_up()
        return all(check.problem is None for check in self.checks)

    @contextmanager
    def _check(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        problem: str | None = None
        try:
            yield
        except STOPS_IT as error:
            problem = str(error) or "stopped with Ctrl-C"
            raise
        finally:
            check = Check(what, time.monotonic() - began, problem)
            self.checks.append(check)
            self.tell(check)

    # --- the checks, in order ------------------------------------------------------------------------------

    def _strangers(self) -> None:
        try:
            self.nobody.zones()
        except NotSignedIn:
            return
        raise Unexpected("the API answered a request that carries no token")

    def _account(self) -> None:
        job = self.client.test_identity(self.zone_id, self.identity_id, runner=self.runner)
        self._succeeded(job["job_id"])
        status = self.client.identity(self.zone_id, self.identity_id)["status"]
        _expect(status == "VERIFIED", f"the cloud identity is {status}; its connection test says why")

    def _spec(self) -> None:
        identity = self.client.identity(self.zone_id, self.identity_id)
        form = {
            "project_name": f"smoke-{uuid.uuid4().hex[:8]}",
            "environment_stage": "development",
            "provider": identity["provider"],
            "region": self.region or identity.get("region") or "eu-west-1",
            "cloud_identity": self.identity_id,
            **COMPONENTS,
        }
        self.spec_id = str(self.client.create_spec(self.zone_id, form)["spec_id"])
        self._succeeded(self.client.bootstrap(self.spec_id, runner=self.runner)["job_id"])

    def _plan(self) -> None:
        run = self._planned()
        _expect(run["status"] == "AWAITING_REVIEW", f"the run is {run['status']}: {run.get('reason')}")
        counts = self.client.review(run["plan_job_id"])["summary"]["counts"]
        _expect(counts["create"] > 0, f"the plan creates nothing: {counts}")
        _expect(bool(self.client.logs(run["plan_job_id"])["items"]), "the job left no log")
        self._run = run

    def _other_digest(self) -> None:
        try:
            self.client.approve(self._run["run_id"], plan_digest="0" * 64)
        except (Refused, ApiError):
            return
        raise Unexpected("an approval that names another plan was taken")

    def _apply(self) -> None:
        self.client.approve(self._run["run_id"], plan_digest=self._run["plan_digest"], runner=self.runner)
        run = self._settled(self._run["run_id"], passing="AWAITING_REVIEW")
        _expect(run["status"] == "DONE", f"the run is {run['status']}: {self._why(run)}")
        spec = self.client.spec(self._spec_id)
        _expect(spec["status"] == "ACTIVE", f"the spec is {spec['status']}")
        for component in spec["components"]:
            _expect(component["status"] == "ACTIVE", f"{component['kind']} {component['name']}: {component}")

    def _nothing_to_do(self) -> None:
        run = self._planned()
        _expect(run["status"] == "DONE", f"the run is {run['status']}: {run.get('reason')}")

    def _state(self) -> None:
        _expect(bool(self.client.state_versions(self._spec_id)["items"]), "the state has no version")
        _expect(self.client.state(self._spec_id)["lock"] is None, "the state is still locked")

    def _destroy(self) -> None:
        name = self.client.spec(self._spec_id)["project_name"]
        run = self.client.destroy(self._spec_id, project_name=name, runner=self.runner)
        run = self._settled(run["run_id"])
        _expect(run["status"] == "DONE", f"the run is {run['status']}: {self._why(run)}")
        self.client.delete_spec(self._spec_id)
        self.spec_id = None

    # --- waiting, and tidying ------------------------------------------------------------------------------

    @property
    def _spec_id(self) -> str:
        assert self.spec_id is not None, "asked for between its making and its end"
        return self.spec_id

    def _planned(self) -> Json:
        return self._settled(self.client.plan(self._spec_id, runner=self.runner)["run_id"])

    def _succeeded(self, job_id: str) -> None:
        job = self._until(lambda: self.client.job(job_id), lambda job: job["status"] in ENDED, job_id)
        _expect(job["status"] == "SUCCESS", f"{job['job_type']} is {job['status']}: {_error(job)}")

    def _settled(self, run_id: str, *, passing: str = "") -> Json:
        """The run, when nothing works on it any more."""
        return self._until(
            lambda: self.client.run(run_id), lambda run: run["status"] not in (*WORKING, passing), run_id
        )

    def _until(self, look: Callable[[], Json], done: Callable[[Json], bool], what: str) -> Json:
        deadline = time.monotonic() + self.patience
        while not done(found := look()):
            if time.monotonic() > deadline:
                raise Unexpected(f"{what} is {found['status']} after {self.patience:.0f} s")
            time.sleep(POLL_SECONDS)
        return found

    def _why(self, run: Json) -> str:
        job_id = run.get("apply_job_id") or run.get("plan_job_id")
        return _error(self.client.job(job_id)) if job_id else str(run.get("reason"))

    def _clean_up(self) -> None:
        """Stop what runs, destroy what stands, delete the spec; name what is left."""
        if self.spec_id is None:
            return
        with self._leaving(f"spec {self.spec_id} is taken away again"):
            try:
                self._take_away(self.client.spec(self._spec_id).get("live_run"))
            except Refused as refusal:
                # A request that was stopped half-way may have begun a run after we looked.
                if not (begun := refusal.details.get("run_id")):
                    raise
                self._take_away(begun)

    def _take_away(self, live_run: str | None) -> None:
        if live_run:
            self._withdraw(self.client.run(live_run))
        if self.client.spec(self._spec_id)["status"] != "DRAFT":
            self._destroy()
        else:
            self.client.delete_spec(self._spec_id)

    def _withdraw(self, run: Json) -> None:
        if run["status"] == "AWAITING_REVIEW":
            self.client.reject(
                run["run_id"], plan_digest=run["plan_digest"], comment="The smoke test failed."
            )
        else:
            self.client.cancel(run.get("apply_job_id") or run["plan_job_id"])
        self._settled(run["run_id"])

    @contextmanager
    def _leaving(self, what: str) -> Iterator[None]:
        try:
            with self._check(what):
                yield
        except STOPS_IT:
            return


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unexpected(otherwise)


def _error(job: dict[str, Any]) -> str:
    error = job.get("error") or {}
    return f"{error.get('message')} (alethia logs {job['job_id']})"
