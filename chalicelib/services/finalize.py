"""The end of an apply or destroy that succeeded: facts, spec and run in one transaction.

Doing it twice does it once.
"""

from collections.abc import Mapping, Sequence

from ..domain.errors import NotFound
from ..domain.lifecycle.component import COMPONENT, ComponentEvent, ComponentStatus
from ..domain.lifecycle.job import JobStatus
from ..domain.lifecycle.run import RUN, RunEvent, RunStatus
from ..domain.lifecycle.spec import SpecEvent
from ..domain.run import RunKind
from ..domain.spec import ComponentFacts, each_component
from ..domain.spec_config import read_snapshot
from .component_progress import Key, ProviderOf
from .doorbell import SUPERSEDED
from .ports.clock import Clock, iso
from .ports.facts import ComponentRecord, FactStore
from .ports.jobs import JobRecord, JobStore
from .ports.ledger import MAX_ITEMS, ChangeSpec, Ledger, LostRace, MoveRun, PutFacts
from .ports.runs import RunRecord, RunStore

FACTS_IN_TRANSACTION = MAX_ITEMS - 2
"""What is left beside the run and the spec."""

NOT_READY = "not_ready"
"""The job did not succeed (yet): there is nothing to finalize."""


class Finalize:
    """Ends runs whose job did what it should."""

    def __init__(
        self,
        *,
        runs: RunStore,
        jobs: JobStore,
        facts: FactStore,
        ledger: Ledger,
        provider_of: ProviderOf,
        clock: Clock,
    ) -> None:
        self._runs = runs
        self._jobs = jobs
        self._facts = facts
        self._ledger = ledger
        self._provider_of = provider_of
        self._clock = clock

    def finalize(self, run_id: str, generation: int) -> str:
        """``done``; ``not_ready`` while the job has not succeeded; ``superseded`` for another execution."""
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
        if run.generation != generation:
            return SUPERSEDED
        if run.status in RUN.terminal:
            return run.status.lower()
        job = self._jobs.get(run.apply_job_id) if run.apply_job_id else None
        if job is None or job.status is not JobStatus.SUCCESS or run.status is not RunStatus.APPLYING:
            return NOT_READY
        return self._end(run, job)

    def _end(self, run: RunRecord, job: JobRecord) -> str:
        observed = self._destroyed(run) if run.kind is RunKind.DESTROY else self._applied(run, job)
        # A transaction has room for 100 items. What does not fit goes first, versioned: a repeat, or the loss
        # of the transaction, only means that these facts were known a moment before the status.
        early = len(observed) - FACTS_IN_TRANSACTION
        if early > 0:
            self._facts.put(run.spec_id, observed[:early])
        with_the_status = [PutFacts(run.spec_id, component) for component in observed[max(early, 0) :]]
        destroyed = run.kind is RunKind.DESTROY
        try:
            self._ledger.commit(
                MoveRun(run.run_id, RunEvent.FINISH, {"ended_at": iso(self._clock.now())}),
                ChangeSpec(
                    run.spec_id,
                    held_by=run.run_id,
                    event=SpecEvent.FINISH_DESTROY if destroyed else SpecEvent.FINISH_DEPLOY,
                    release=True,
                    changes={"applied_config_hash": None if destroyed else job.config_hash},
                ),
                *with_the_status,
            )
        except LostRace:
            after = self._runs.get(run.run_id)
            if after is None or after.status is not RunStatus.DONE:
                raise  # the step is repeated, and reads everything anew
        return RunStatus.DONE.lower()

    def _applied(self, run: RunRecord, job: JobRecord) -> list[ComponentRecord]:
        """Every component of what was applied is ACTIVE with its outputs; every other one is gone."""
        snapshot = self._jobs.snapshot(job.job_id)
        assert snapshot is not None and job.config_hash is not None, "a job is written with its snapshot"
        config = read_snapshot(snapshot, job.config_hash)
        outputs = _by_key(self._provider_of(config.provider).outputs_to_components(config, job.outputs or {}))
        wanted = {(kind, name) for kind, name, _ in each_component(config)}
        known = self._known(run.spec_id)
        observed = []
        for key in sorted(wanted):
            before = known.get(key) or ComponentRecord(kind=key[0], name=key[1])
            found = outputs.get(key)
            observed.append(self._standing(before, dict(found.facts) if found else {}))
        gone = [component for key, component in sorted(known.items()) if key not in wanted]
        return [*map(self._gone, gone), *observed]

    def _destroyed(self, run: RunRecord) -> list[ComponentRecord]:
        known = self._known(run.spec_id)
        return [self._gone(component) for _, component in sorted(known.items())]

    def _standing(self, component: ComponentRecord, facts: dict[str, object]) -> ComponentRecord:
        began = component.status
        # A destroy that was lost half-way left it DESTROYING; now it stands again.
        lost = (ComponentEvent.FAIL,) if began is ComponentStatus.DESTROYING else ()
        return self._moved(component, (*lost, ComponentEvent.CREATE, ComponentEvent.FINISH), facts)

    def _gone(self, component: ComponentRecord) -> ComponentRecord:
        if component.status is ComponentStatus.DESTROYED:
            return self._moved(component, (ComponentEvent.FINISH,), {})
        return self._moved(component, (ComponentEvent.DESTROY, ComponentEvent.FINISH), {})

    def _moved(
        self, component: ComponentRecord, events: Sequence[ComponentEvent], facts: dict[str, object]
    ) -> ComponentRecord:
        status = component.status
        for event in events:
            status = COMPONENT.next(status, event)
        changes = {"status": status, "facts": facts, "work": None, "updated_at": iso(self._clock.now())}
        return component.model_copy(update=changes)

    def _known(self, spec_id: str) -> dict[Key, ComponentRecord]:
        return {(component.kind, component.name): component for component in self._facts.of_spec(spec_id)}


def _by_key(components: Sequence[ComponentFacts]) -> Mapping[Key, ComponentFacts]:
    return {(component.kind, component.name): component for component in components}
