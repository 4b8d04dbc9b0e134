"""Transitions as DynamoDB transactions: each named write becomes one or two conditional items."""

from functools import singledispatchmethod
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ...domain.lifecycle.identity import IDENTITY
from ...domain.lifecycle.job import JOB, WITH_A_RUNNER, JobEvent, JobStatus
from ...domain.lifecycle.run import RUN, RunStatus
from ...domain.lifecycle.worker import WORKER
from ...domain.words import Role
from ...services.ports import ledger
from ...services.ports.ledger import LostRace, Write
from .audit import audit_row
from .connection import ConditionFailed, Transaction, absent, present
from .facts import fact_row, unchanged_since
from .identities import identity_key, resources_key
from .members import member_sk
from .rows import (
    JOB_SK,
    PLAN_SK,
    RESULT_SK,
    RUN_SK,
    SNAPSHOT_SK,
    SPEC_SK,
    ZONE_SK,
    assign,
    job_row,
    plain,
    run_row,
    runner_key,
)
from .runners import RUNNER, runner_pk, runner_row
from .spec_moves import spec_move
from .tables import (
    AttemptRow,
    IdentityRow,
    JobRow,
    MemberRow,
    PlanRow,
    ResourcesRow,
    ResultRow,
    RunnerRow,
    RunRow,
    SnapshotRow,
    SpecRow,
    ZoneRow,
    attempt_sk,
    job_pk,
    run_pk,
    spec_pk,
    zone_pk,
)


class DynamoLedger:
    """:class:`~chalicelib.services.ports.ledger.Ledger` on the two tables."""

    def commit(self, *writes: Write) -> None:
        """Make all of `writes` or none (:class:`LostRace`)."""
        try:
            with Transaction() as transaction:
                items = _Items(transaction)
                for write in writes:
                    items.add(write)
        except ConditionFailed as error:
            raise LostRace(
                "Something changed meanwhile. Look again, then repeat.",
                details={"failed": list(error.failed)},
            ) from error


class _Items:
    """One transaction's items. A write's name is its class and the thing it is about."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    @singledispatchmethod
    def add(self, write: Any) -> None:
        raise TypeError(f"{type(write).__name__} is no write that the ledger knows")

    @add.register
    def _(self, write: ledger.CreateJob) -> None:
        job = write.job
        self.transaction.put(f"CreateJob {job.job_id}", job_row(job), absent(JobRow))
        if write.snapshot is None:
            return
        snapshot = SnapshotRow(
            job_pk(job.job_id), SNAPSHOT_SK, text=write.snapshot, config_hash=job.config_hash
        )
        self.transaction.put(f"CreateJob {job.job_id} snapshot", snapshot, absent(SnapshotRow))

    @add.register
    def _(self, write: ledger.MoveJob) -> None:
        target = JOB.target(write.event)
        sources = write.only_from or tuple(JOB.sources(write.event))
        condition = JobRow.status.is_in(*map(str, sources))
        if write.attempt is not None:
            condition &= JobRow.attempt == write.attempt
        if write.lease_over_at is not None:
            condition &= JobRow.lease_expires_at <= write.lease_over_at
        actions = [JobRow.status.set(str(target)), *assign(JobRow, write.changes)]
        if "runner" in write.changes and write.zone_id is not None:
            actions.append(JobRow.runner_key.set(runner_key(write.zone_id, write.changes["runner"])))
        if target in JOB.terminal:
            actions += [JobRow.live.remove(), JobRow.runner_key.remove()]
        if write.event is JobEvent.RETRY:
            # A QUEUED job without a deadline has no attempt under way: the next dispatch begins one.
            actions += [JobRow.lease_expires_at.remove(), JobRow.claim_id.remove(), JobRow.phase.remove()]
        self._update(f"MoveJob {write.job_id}", JobRow(job_pk(write.job_id), JOB_SK), actions, condition)

    @add.register
    def _(self, write: ledger.BeginAttempt) -> None:
        nothing_under_way = JobRow.lease_expires_at.does_not_exist() & (JobRow.attempt == write.number - 1)
        begun: list[Action] = [
            JobRow.attempt.set(write.number),
            JobRow.lease_expires_at.set(write.claim_until),
            *assign(JobRow, {"not_before": write.not_before}),
        ]
        self._update(
            f"BeginAttempt {write.job_id}",
            JobRow(job_pk(write.job_id), JOB_SK),
            begun,
            (JobRow.status == str(JobStatus.QUEUED)) & nothing_under_way,
        )
        attempt = AttemptRow(
            job_pk(write.job_id),
            attempt_sk(write.number),
            number=write.number,
            runner=write.runner,
            task_token=write.task_token,
            dispatched_at=write.at,
        )
        self.transaction.put(f"BeginAttempt {write.job_id} row", attempt, absent(AttemptRow))

    @add.register
    def _(self, write: ledger.EndAttempt) -> None:
        self._update(
            f"EndAttempt {write.job_id}",
            AttemptRow(job_pk(write.job_id), attempt_sk(write.number)),
            [AttemptRow.over_at.set(write.at)],
            present(AttemptRow),
        )

    @add.register
    def _(self, write: ledger.StartTerraform) -> None:
        condition = JobRow.status.is_in(*map(str, WITH_A_RUNNER)) & (JobRow.attempt == write.attempt)
        if not write.already:
            condition &= JobRow.cancel_requested == False  # noqa: E712  an expression, not a test
        self._update(
            f"StartTerraform {write.job_id}",
            JobRow(job_pk(write.job_id), JOB_SK),
            [JobRow.terraform_started.set(True)],
            condition,
        )

    @add.register
    def _(self, write: ledger.RequestCancel) -> None:
        with_a_runner = JobRow.status.is_in(*map(str, WITH_A_RUNNER)) & (JobRow.attempt == write.attempt)
        self._update(
            f"RequestCancel {write.job_id}",
            JobRow(job_pk(write.job_id), JOB_SK),
            [JobRow.cancel_requested.set(True)],
            with_a_runner & (JobRow.cancel_requested == False),  # noqa: E712  an expression, not a test
        )

    @add.register
    def _(self, write: ledger.MoveStart) -> None:
        waits = (JobRow.status == str(JobStatus.QUEUED)) & (JobRow.attempt == write.attempt)
        self._update(
            f"MoveStart {write.job_id}",
            JobRow(job_pk(write.job_id), JOB_SK),
            [
                *assign(JobRow, {"not_before": write.not_before}),
                JobRow.lease_expires_at.set(write.claim_until),
            ],
            waits & (JobRow.lease_expires_at == write.lease_was),
        )

    @add.register
    def _(self, write: ledger.StorePlan) -> None:
        self._update(
            f"StorePlan {write.job_id}",
            PlanRow(job_pk(write.job_id), PLAN_SK),
            [
                PlanRow.result.set(write.result.model_dump(mode="json")),
                PlanRow.summary.set(write.result.summary.model_dump(mode="json")),
                PlanRow.digest.set(write.result.manifest.digest),
            ],
            PlanRow.digest.does_not_exist(),
        )

    @add.register
    def _(self, write: ledger.StoreResult) -> None:
        row = ResultRow(job_pk(write.job_id), RESULT_SK, result=plain(write.result))
        self.transaction.put(f"StoreResult {write.job_id}", row, absent(ResultRow))

    @add.register
    def _(self, write: ledger.MoveIdentity) -> None:
        target = IDENTITY.next(write.was, write.event)
        not_older = IdentityRow.tested_as_of.does_not_exist() | (IdentityRow.tested_as_of <= write.began_at)
        self._update(
            f"MoveIdentity {write.identity_id}",
            IdentityRow(*identity_key(write.zone_id, write.identity_id)),
            [
                IdentityRow.status.set(str(target)),
                IdentityRow.tested_as_of.set(write.began_at),
                *assign(IdentityRow, write.changes),
            ],
            (IdentityRow.status == str(write.was)) & not_older,
        )

    @add.register
    def _(self, write: ledger.StoreResources) -> None:
        fetched = write.fetched
        self._update(
            f"StoreResources {fetched.identity_id}",
            IdentityRow(*identity_key(write.zone_id, fetched.identity_id)),
            [IdentityRow.resources_at.set(fetched.fetched_at)],
            present(IdentityRow),
        )
        row = ResourcesRow(
            *resources_key(write.zone_id, fetched.identity_id),
            fetched=plain(fetched),
            fetched_at=fetched.fetched_at,
        )
        self.transaction.put(f"StoreResources {fetched.identity_id} row", row)

    @add.register
    def _(self, write: ledger.WriteAudit) -> None:
        self.transaction.put(f"WriteAudit {write.entry.entry_id}", audit_row(write.entry))

    @add.register
    def _(self, write: ledger.CreateRun) -> None:
        self.transaction.put(f"CreateRun {write.run.run_id}", run_row(write.run), absent(RunRow))

    @add.register
    def _(self, write: ledger.MoveRun) -> None:
        target = RUN.target(write.event)
        condition = RunRow.status.is_in(*map(str, RUN.sources(write.event)))
        if write.generation is not None:
            condition &= RunRow.generation == write.generation
        if write.decisions_seen is not None:
            condition &= _decided(write.decisions_seen)
        actions = [RunRow.status.set(str(target)), *assign(RunRow, write.changes)]
        if "decisions" in write.changes:
            actions.append(RunRow.decided.set(len(write.changes["decisions"])))
        if target in RUN.terminal:
            actions.append(RunRow.live.remove())
        self._update(f"MoveRun {write.run_id}", RunRow(run_pk(write.run_id), RUN_SK), actions, condition)

    @add.register
    def _(self, write: ledger.RecordDecision) -> None:
        self._update(
            f"RecordDecision {write.run_id}",
            RunRow(run_pk(write.run_id), RUN_SK),
            [
                *assign(RunRow, {"decisions": list(write.decisions)}),
                RunRow.decided.set(len(write.decisions)),
            ],
            (RunRow.status == str(RunStatus.AWAITING_REVIEW)) & _decided(write.seen),
        )

    @add.register
    def _(self, write: ledger.ChangeRules) -> None:
        self._update(
            f"ChangeRules {write.zone_id}",
            ZoneRow(zone_pk(write.zone_id), ZONE_SK),
            [*assign(ZoneRow, {"rules": write.rules}), ZoneRow.rules_version.set(write.was + 1)],
            _rules_of(write.was),
        )

    @add.register
    def _(self, write: ledger.ExpectRules) -> None:
        self.transaction.check(
            f"ExpectRules {write.zone_id}",
            ZoneRow,
            (zone_pk(write.zone_id), ZONE_SK),
            _rules_of(write.version),
        )

    @add.register
    def _(self, write: ledger.ExpectRole) -> None:
        enough = [str(role) for role in Role if role.includes(write.role)]
        self.transaction.check(
            f"ExpectRole {write.user}",
            MemberRow,
            (zone_pk(write.zone_id), member_sk(write.zone_id, write.user)),
            MemberRow.role.is_in(*enough),
        )

    @add.register
    def _(self, write: ledger.ExpectRun) -> None:
        self.transaction.check(
            f"ExpectRun {write.run_id}",
            RunRow,
            (run_pk(write.run_id), RUN_SK),
            RunRow.status == str(write.status),
        )

    @add.register
    def _(self, write: ledger.ChangeSpec) -> None:
        condition = present(SpecRow) & _held_by(write.held_by)
        actions = assign(SpecRow, write.changes)
        if write.config_hash is not None:
            condition &= SpecRow.config_hash == write.config_hash
        if write.event is not None:
            moved, legal = spec_move(write.event)
            condition &= legal
            actions += moved
        if write.hold is not None:
            actions.append(SpecRow.live_run.set(write.hold))
        if write.release:
            actions.append(SpecRow.live_run.remove())
        self._update(
            f"ChangeSpec {write.spec_id}", SpecRow(spec_pk(write.spec_id), SPEC_SK), actions, condition
        )

    @add.register
    def _(self, write: ledger.ExpectSpec) -> None:
        self.transaction.check(
            f"ExpectSpec {write.spec_id}",
            SpecRow,
            (spec_pk(write.spec_id), SPEC_SK),
            _held_by(write.held_by) & (SpecRow.config_hash == write.config_hash),
        )

    @add.register
    def _(self, write: ledger.PutFacts) -> None:
        component = write.component
        self.transaction.put(
            f"PutFacts {component.kind}#{component.name}",
            fact_row(write.spec_id, component),
            unchanged_since(component.version),
        )

    @add.register
    def _(self, write: ledger.CreateRunner) -> None:
        runner = write.runner
        self.transaction.put(f"CreateRunner {runner.runner_id}", runner_row(runner), absent(RunnerRow))

    @add.register
    def _(self, write: ledger.MoveWorker) -> None:
        name, row = f"MoveWorker {write.runner_id}", RunnerRow(runner_pk(write.runner_id), RUNNER)
        worker = write.worker.model_copy(update={"status": WORKER.next(write.was, write.event)})
        condition = RunnerRow.worker_status == str(write.was)
        if write.held_by is not None:
            condition &= RunnerRow.worker_job == write.held_by
        if worker.status in WORKER.terminal:
            self.transaction.delete(name, row, condition)
            return
        actions: list[Action] = [
            RunnerRow.worker.set(plain(worker)),
            RunnerRow.worker_status.set(str(worker.status)),
            RunnerRow.worker_job.set(worker.job_id),
        ]
        if write.draining is not None:
            actions.append(RunnerRow.draining.set(write.draining))
        if write.credential_sha256 is not None:
            actions.append(RunnerRow.credential_sha256.set(write.credential_sha256))
        self._update(name, row, actions, condition)

    def _update(self, name: str, row: Any, actions: list[Action], condition: Condition) -> None:
        self.transaction.update(name, row, actions, condition)


def _held_by(run_id: str | None) -> Condition:
    return SpecRow.live_run.does_not_exist() if run_id is None else SpecRow.live_run == run_id


def _decided(count: int) -> Condition:
    """There are so many decisions about the run."""
    decided: Condition = RunRow.decided == count
    return decided if count else decided | RunRow.decided.does_not_exist()


def _rules_of(version: int) -> Condition:
    """The zone lives, and its rules are of that version."""
    same: Condition = ZoneRow.rules_version == version
    if not version:
        same |= ZoneRow.rules_version.does_not_exist()
    same &= present(ZoneRow)
    return same
