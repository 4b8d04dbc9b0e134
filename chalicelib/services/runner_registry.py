"""A zone's runners, for its people: register, list, rotate the credential, drain, delete.

A runner's status is read from when it last asked for work. Draining is the way out of service: the runner
finishes what it has and takes nothing more.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from ..domain.errors import Conflict, FieldProblem, Forbidden, InvalidInput, NotFound
from ..domain.ids import id_for
from ..domain.lifecycle.worker import WorkerStatus
from ..domain.queue import QueuedJob
from ..domain.runner import CurrentJob, RegisteredRunner, Runner, RunnerKind, status_of
from ..domain.snapshot import sha256_hex
from ..domain.words import Role
from .access import Access, Principal
from .audit import Audit
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.queue import RunnerQueues
from .ports.runners import RunnerRecord, Runners
from .runners import SECRET_BYTES

SHOWN_JOBS = 50
"""Most current jobs shown with a runner."""

PLATFORM_PAGE = "platform"
"""Cursor of the page that holds the platform's runner alone."""

NO_SUCH = "There is no such runner, or it is not yours."
KEEP_IT = "Keep the credential now: it is not shown again. Start the runner with `alethia runner start`."
SHOWN_BEFORE = (
    "This runner was registered by the same request before, and its credential was shown then. "
    "If it is lost, make a new one: `alethia runner rotate {}`."
)
ROTATED = (
    "Keep the credential now: it is not shown again. The one before has ended; "
    "within API Gateway's cache of sign-ins it may pass for up to a minute."
)


class RunnerRegistry:
    """Runners of zones."""

    def __init__(
        self,
        *,
        runners: Runners,
        queues: RunnerQueues,
        access: Access,
        audit: Audit,
        clock: Clock,
        platform_runner: str,
    ) -> None:
        self._runners = runners
        self._queues = queues
        self._access = access
        self._audit = audit
        self._clock = clock
        self._platform_runner = platform_runner

    def register(
        self,
        principal: Principal,
        zone_id: str,
        name: str,
        kind: RunnerKind,
        *,
        key: str | None,
        request_hash: str,
    ) -> RegisteredRunner:
        """A new self-hosted runner of the zone, and its credential, once.

        Raises
        ------
        InvalidInput
            Another kind: those are not for a zone to register.
        """
        self._access.require(principal, zone_id, Role.ADMIN)
        if kind is not RunnerKind.SELF_HOSTED:
            sentence = f"must be {RunnerKind.SELF_HOSTED}; runners of kind {kind} come with the platform"
            raise InvalidInput([FieldProblem(("kind",), sentence)])
        secret = secrets.token_urlsafe(SECRET_BYTES)
        runner = RunnerRecord(
            runner_id=id_for("runner", f"{principal.user} {zone_id} runners", key),
            kind=kind,
            name=name,
            zone_id=zone_id,
            credential_sha256=sha256_hex(secret),
            request_hash=request_hash,
            created_at=iso(self._clock.now()),
            created_by=principal.user,
        )
        told = {"name": name, "kind": str(runner.kind)}
        entry = self._audit.entry(
            zone_id,
            actor=f"user:{principal.user}",
            action="runner.registered",
            subject=runner.runner_id,
            after=told,
        )
        first = self._runners.create(runner, entry)
        if first is not None:
            return RegisteredRunner(
                runner=self._shown(first, zone_id), note=SHOWN_BEFORE.format(first.runner_id)
            )
        credential = f"{runner.runner_id}.{secret}"
        return RegisteredRunner(runner=self._shown(runner, zone_id), credential=credential, note=KEEP_IT)

    def list(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[Runner]:
        """The zone's runners, newest first, and last the platform's, which serves every zone."""
        self._access.require(principal, zone_id, Role.VIEWER)
        if page.cursor == PLATFORM_PAGE:
            found: Page[RunnerRecord] = Page(items=[])
        else:
            found = self._runners.of_zone(zone_id, page)
        items, cursor = [*found.items], found.next_cursor
        if cursor is None and (platform := self._runners.get(self._platform_runner)) is not None:
            if len(items) < page.limit:
                items.append(platform)
            else:
                cursor = PLATFORM_PAGE
        return Page(items=[self._shown(runner, zone_id) for runner in items], next_cursor=cursor)

    def read(self, principal: Principal, zone_id: str, runner_id: str) -> Runner:
        """A runner of the zone, or the platform's."""
        self._access.require(principal, zone_id, Role.VIEWER)
        runner = self._runners.get(runner_id)
        if runner is None or runner.zone_id not in (None, zone_id):
            raise NotFound(NO_SUCH)
        return self._shown(runner, zone_id)

    def rotate(self, principal: Principal, zone_id: str, runner_id: str) -> RegisteredRunner:
        """A new credential; the one before ends.

        Raises
        ------
        Conflict
            The runner was deployed: its credential lies in the customer's account, and nobody is shown it.
        """
        runner = self._require(principal, zone_id, runner_id)
        if runner.worker is not None:
            raise Conflict(
                f"Runner '{runner.name}' has its credential in the account's own Secrets Manager. "
                f"Replace it there: `alethia runner update {runner_id} --new-credential`."
            )
        secret = secrets.token_urlsafe(SECRET_BYTES)
        changes = {"credential_sha256": sha256_hex(secret)}
        after = self._changed(principal, runner, "runner.rotated", changes)
        return RegisteredRunner(runner=after, credential=f"{runner_id}.{secret}", note=ROTATED)

    def drain(self, principal: Principal, zone_id: str, runner_id: str, *, draining: bool) -> Runner:
        """Let the runner take nothing more, or take jobs again. It can be asked twice.

        Raises
        ------
        Conflict
            It is being destroyed, so it takes no jobs any more.
        """
        runner = self._require(principal, zone_id, runner_id)
        if not draining and runner.worker and runner.worker.status is WorkerStatus.DESTROYING:
            raise Conflict(
                f"Runner '{runner.name}' is being destroyed by job {runner.worker.job_id}. Cancel that "
                "while the runner drains, or deploy it again afterwards.",
                details={"job_id": runner.worker.job_id},
            )
        if runner.draining == draining:
            return self._shown(runner, zone_id)
        action = "runner.drained" if draining else "runner.undrained"
        states = {"draining": not draining}, {"draining": draining}
        return self._changed(principal, runner, action, {"draining": draining}, *states)

    def delete(self, principal: Principal, zone_id: str, runner_id: str) -> None:
        """End the registration.

        Raises
        ------
        Conflict
            It has jobs, or jobs wait for it, and it is not draining; or it was deployed, and its stack may
            be there.
        """
        runner = self._require(principal, zone_id, runner_id)
        if runner.worker is not None and runner.worker.status is not WorkerStatus.FAILED:
            raise Conflict(
                f"Runner '{runner.name}' is a stack in account {runner.worker.account_id}, "
                f"{runner.worker.form.region}. Destroy it instead: `alethia runner destroy {runner_id}`.",
                details={"status": str(runner.worker.status)},
            )
        jobs = self._jobs(runner, zone_id)
        if jobs and not runner.draining:
            raise Conflict(
                f"Runner '{runner.name}' has {_jobs_in_words(jobs)}. Drain it first; "
                "once it is draining it can be deleted at any time.",
                details={"jobs": [job.job_id for job in jobs]},
            )
        before = {"name": runner.name, "kind": str(runner.kind)}
        entry = self._audit.entry(
            runner.zone_id,
            actor=f"user:{principal.user}",
            action="runner.deleted",
            subject=runner_id,
            before=before,
        )
        self._runners.delete(runner_id, entry)

    def _changed(
        self,
        principal: Principal,
        runner: RunnerRecord,
        action: str,
        changes: Mapping[str, Any],
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> Runner:
        entry = self._audit.entry(
            runner.zone_id,
            actor=f"user:{principal.user}",
            action=action,
            subject=runner.runner_id,
            before=before,
            after=after,
        )
        changed = self._runners.change(runner.runner_id, changes, entry)
        if changed is None:
            raise NotFound(NO_SUCH)
        return self._shown(changed, str(changed.zone_id))

    def _require(self, principal: Principal, zone_id: str, runner_id: str) -> RunnerRecord:
        """A runner that the zone's admins may change: its own."""
        self._access.require(principal, zone_id, Role.ADMIN)
        runner = self._runners.get(runner_id)
        if runner is None or runner.zone_id not in (None, zone_id):
            raise NotFound(NO_SUCH)
        if runner.zone_id is None:
            raise Forbidden("This runner is the platform's; whoever operates Alethia looks after it.")
        return runner

    def _jobs(self, runner: RunnerRecord, zone_id: str) -> Sequence[QueuedJob]:
        return self._queues.of_runner(zone_id, runner.runner_id, most=SHOWN_JOBS)

    def _shown(self, runner: RunnerRecord, zone_id: str) -> Runner:
        """With its jobs of this zone only: the platform's runner works for others as well."""
        status = status_of(
            runner.kind,
            draining=runner.draining,
            last_seen_at=runner.last_seen_at,
            now=self._clock.now(),
            worker=runner.worker,
        )
        return Runner(
            runner_id=runner.runner_id,
            zone_id=runner.zone_id,
            kind=runner.kind,
            name=runner.name,
            status=status,
            version=runner.version,
            slots=runner.slots,
            last_seen_at=runner.last_seen_at,
            jobs=[_current(job) for job in self._jobs(runner, zone_id)],
            worker=runner.worker,
            created_at=runner.created_at,
            created_by=runner.created_by,
        )


def _current(job: QueuedJob) -> CurrentJob:
    return CurrentJob(
        job_id=job.job_id,
        job_type=str(job.job_type),
        status=str(job.status),
        spec_id=job.spec_id,
        identity_id=job.identity_id,
    )


def _jobs_in_words(jobs: Sequence[QueuedJob]) -> str:
    at_work = sum(job.in_hand for job in jobs)
    waiting = len(jobs) - at_work
    parts = [f"{at_work} in hand"] * bool(at_work) + [f"{waiting} waiting for it"] * bool(waiting)
    return f"jobs: {' and '.join(parts)}"
