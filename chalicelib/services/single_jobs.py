"""Jobs by themselves: a connection test, a look at an account's resources, a bootstrap.

They have one step, so no execution carries them: the request that makes one begins its attempt, its report
ends it, and the reconciler begins the next attempt of one whose runner was lost.
"""

from contextlib import suppress

from ..domain.errors import Conflict, NotFound, Unavailable
from ..domain.ids import id_for
from ..domain.job import RULES, About, By, Job, Urgency
from ..domain.lifecycle.job import JobStatus
from ..domain.snapshot import canonical_json, sha256_hex
from ..domain.words import JobType
from .access import Access, Principal
from .attempt_start import AttemptStart
from .audit import Audit
from .origin import new_correlation_id
from .ports.clock import Clock, iso
from .ports.identities import IdentityStore
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import CreateJob, Ledger, LostRace, WriteAudit
from .ports.spec_reader import SpecReader
from .runner_choice import RunnerChoice


class SingleJobs:
    """Starts jobs that are part of no run."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        ledger: Ledger,
        identities: IdentityStore,
        specs: SpecReader,
        access: Access,
        audit: Audit,
        start: AttemptStart,
        runner_choice: RunnerChoice,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._ledger = ledger
        self._identities = identities
        self._specs = specs
        self._access = access
        self._audit = audit
        self._start = start
        self._runner_choice = runner_choice
        self._clock = clock

    def about_identity(
        self,
        principal: Principal,
        job_type: JobType,
        zone_id: str,
        identity_id: str,
        *,
        runner: str | None,
        idempotency_key: str | None,
    ) -> Job:
        """Start a CONNECTION_TEST or a FETCH_RESOURCES of a linked account."""
        assert RULES[job_type].about is About.IDENTITY
        self._access.require(principal, zone_id, RULES[job_type].role)
        if self._identities.get(zone_id, identity_id) is None:
            raise NotFound("There is no such cloud identity, or it is not yours.")
        job = self._new(principal, job_type, zone_id, identity_id, runner, idempotency_key)
        return self._begin(job.model_copy(update={"identity_id": identity_id}), None)

    def about_spec(
        self,
        principal: Principal,
        job_type: JobType,
        spec_id: str,
        *,
        runner: str | None,
        idempotency_key: str | None,
    ) -> Job:
        """Start a BOOTSTRAP of a spec, as it is now.

        Raises
        ------
        InvalidInput
            The spec is not ready to plan.
        """
        assert RULES[job_type].about is About.SPEC
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        self._access.require(principal, spec.zone_id, RULES[job_type].role)
        self._specs.require_ready_to_plan(spec_id)
        spec, text, config_hash = self._specs.snapshot(spec_id)
        job = self._new(principal, job_type, spec.zone_id, spec_id, runner, idempotency_key)
        return self._begin(job.model_copy(update={"spec_id": spec_id, "config_hash": config_hash}), text)

    def begin_again(self, job: JobRecord) -> bool:
        """Begin the next attempt of a job that has none under way."""
        rules = RULES[job.job_type]
        if (
            rules.in_run
            or rules.by is not By.RUNNER
            or job.status is not JobStatus.QUEUED
            or job.lease_expires_at is not None
        ):
            return False
        self._start.begin(job, task_token=None)
        return True

    def _new(
        self,
        principal: Principal,
        job_type: JobType,
        zone_id: str,
        subject: str,
        runner: str | None,
        key: str | None,
    ) -> JobRecord:
        asked = {"job_type": str(job_type), "subject": subject, "runner": runner}
        return JobRecord(
            job_id=id_for("job", f"{principal.user} {job_type} {subject}", key),
            job_type=job_type,
            zone_id=zone_id,
            correlation_id=new_correlation_id(),
            status=JobStatus.QUEUED,
            runner=self._runner_choice.of(zone_id, runner),
            urgency=Urgency.USUAL,
            request_hash=sha256_hex(canonical_json(asked)),
            created_at=iso(self._clock.now()),
            created_by=principal.user,
        )

    def _begin(self, job: JobRecord, snapshot: str | None) -> Job:
        """Make the rows; a repeat of the request finds the job that it made."""
        entry = self._audit.entry(
            job.zone_id,
            actor=f"user:{job.created_by}",
            action="job.started",
            subject=job.job_id,
            after={"job_type": str(job.job_type), "runner": job.runner},
        )
        try:
            self._ledger.commit(CreateJob(job, snapshot), WriteAudit(entry))
        except LostRace:
            first = self._jobs.get(job.job_id)
            if first is None or first.request_hash != job.request_hash:
                raise Conflict("This idempotency key was used for a different request.") from None
            job = first
        if job.attempt == 0:
            with suppress(Unavailable, LostRace):  # the reconciler begins it
                self._start.begin(job, task_token=None)
        found = self._jobs.get(job.job_id)
        return (found or job).public()
