"""Components moved one by one, from terraform's events: a database is CREATING while the cluster is ACTIVE.

``planned_change`` says how many steps each component has ahead (a replacement is two); ``apply_start`` moves
it to CREATING, UPDATING or DESTROYING; when its last step is complete it is ACTIVE or DESTROYED, and an error
FAILs it. Events are numbered within an attempt, so one that comes again is recognised and left out.
"""

import json
from collections.abc import Callable, Iterable, Sequence

from ..domain.components import COLLECTIONS, SINGLETONS
from ..domain.ids import attempt_id
from ..domain.lifecycle.component import COMPONENT, ComponentEvent, ComponentStatus
from ..domain.messages import EventKind, ResourceEvent
from ..domain.plan import Action
from ..domain.progress import UNTOUCHED
from ..domain.words import CloudProvider, ComponentKind, JobType
from .ports.clock import Clock, iso
from .ports.facts import ComponentRecord, FactStore, Work
from .ports.jobs import JobRecord
from .ports.provider_facts import ProviderFacts

IN_FLIGHT = (ComponentStatus.CREATING, ComponentStatus.UPDATING, ComponentStatus.DESTROYING)

Key = tuple[ComponentKind, str]
ProviderOf = Callable[[CloudProvider], ProviderFacts]


class ComponentProgress:
    """Writes what an attempt's events say about each component."""

    def __init__(self, facts: FactStore, provider_of: ProviderOf, clock: Clock) -> None:
        self._facts = facts
        self._provider_of = provider_of
        self._clock = clock

    def take_in(self, job: JobRecord, snapshot: str, events: Sequence[ResourceEvent]) -> None:
        """Move the components that `events` of the job's present attempt are about."""
        provider = self._provider_of(CloudProvider(json.loads(snapshot)["provider"]))
        by_component: dict[Key, list[ResourceEvent]] = {}
        for event in events:
            key = None if event.action in UNTOUCHED else provider.component_of(event.address)
            if key is not None:
                by_component.setdefault(key, []).append(event)
        if not by_component:
            return
        stay = set() if job.job_type is JobType.DESTROY else wanted_by(snapshot)
        known = {
            (component.kind, component.name): component for component in self._facts.of_spec(job.of_spec)
        }
        moved = []
        for key, its_events in by_component.items():
            before = known.get(key) or ComponentRecord(kind=key[0], name=key[1])
            after = advance(before, attempt_id(job.job_id, job.attempt), its_events, stays=key in stay)
            if after != before:
                moved.append(after.model_copy(update={"updated_at": iso(self._clock.now())}))
        self._facts.put(job.of_spec, moved)

    def fail_in_flight(self, spec_id: str) -> None:
        """Whatever was being changed when the work ended is FAILED."""
        ended = {"status": ComponentStatus.FAILED, "work": None, "updated_at": iso(self._clock.now())}
        in_flight = [found for found in self._facts.of_spec(spec_id) if found.status in IN_FLIGHT]
        self._facts.put(spec_id, [component.model_copy(update=ended) for component in in_flight])


def wanted_by(snapshot: str) -> set[Key]:
    """The components that a frozen configuration asks for."""
    fields = json.loads(snapshot)
    singletons = {(kind, kind.value) for kind, field in SINGLETONS.items() if fields.get(field)}
    return singletons | {
        (kind, item["name"]) for kind, field in COLLECTIONS.items() for item in fields.get(field) or []
    }


def advance(
    component: ComponentRecord, attempt: str, events: Iterable[ResourceEvent], *, stays: bool
) -> ComponentRecord:
    """The component after `events` of `attempt`; those that were seen before are left out.

    One that `stays` when the work is done is updated while it loses a part; any other is destroyed.
    """
    work = component.work
    if work is None or work.attempt_id != attempt:
        work = Work(attempt_id=attempt)
    status = component.status
    for event in events:
        if event.seq <= work.seen:
            continue
        work = _count(work, event)
        if event.kind is EventKind.START and not work.failed:
            status = _move(status, _begin(event.action, stays))
        elif event.kind is EventKind.ERRORED:
            status = _move(status, ComponentEvent.FAIL)
        elif event.kind is EventKind.COMPLETE and work.complete and status in IN_FLIGHT:
            status = _move(status, ComponentEvent.FINISH)
    return component.model_copy(update={"status": status, "work": work})


def _count(work: Work, event: ResourceEvent) -> Work:
    """The tally with one more event in it."""
    planned, ended, running = work.planned, work.ended, list(work.running)
    if event.kind is EventKind.PLANNED:
        planned += 2 if event.action is Action.REPLACE else 1
    elif event.kind is EventKind.START:
        running.append(event.address)
    elif event.kind in (EventKind.COMPLETE, EventKind.ERRORED):
        ended += 1
        if event.address in running:
            running.remove(event.address)
    failed = work.failed or event.kind is EventKind.ERRORED
    return Work(
        attempt_id=work.attempt_id,
        seen=event.seq,
        planned=planned,
        ended=ended,
        running=running,
        failed=failed,
    )


def _begin(action: Action, stays: bool) -> ComponentEvent:
    if action is Action.CREATE:
        return ComponentEvent.CREATE
    return ComponentEvent.DESTROY if action is Action.DESTROY and not stays else ComponentEvent.UPDATE


def _move(status: ComponentStatus, event: ComponentEvent) -> ComponentStatus:
    return COMPONENT.next(status, event) if COMPONENT.allows(status, event) else status
