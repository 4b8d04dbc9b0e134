"""Every pair of status and event of every lifecycle, written out."""

import pytest

from chalicelib.domain.errors import WrongStatus
from chalicelib.domain.lifecycle.component import COMPONENT, ComponentEvent, ComponentStatus
from chalicelib.domain.lifecycle.job import JOB, JobEvent, JobStatus
from chalicelib.domain.lifecycle.run import RUN, RunEvent, RunStatus
from chalicelib.domain.lifecycle.spec import SETTLED, SPEC, SpecEvent, SpecStatus, after
from chalicelib.domain.lifecycle.table import Lifecycle

from .grid import cells

JOB_GRID = """
            claim    start       succeed  fail    cancel     retry
QUEUED      CLAIMED  .           .        FAILED  CANCELLED  QUEUED
CLAIMED     .        PROCESSING  SUCCESS  FAILED  CANCELLED  QUEUED
PROCESSING  .        .           SUCCESS  FAILED  CANCELLED  QUEUED
SUCCESS     .        .           .        .       .          .
FAILED      .        .           .        .       .          .
CANCELLED   .        .           .        .       .          .
"""

RUN_GRID = """
                 plan_ready       nothing_to_do  approve   reject    expire   supersede   start_apply  finish  fail    cancel
PLANNING         AWAITING_REVIEW  DONE           .         .         .        .           .            .       FAILED  CANCELLED
AWAITING_REVIEW  .                .              APPROVED  REJECTED  EXPIRED  SUPERSEDED  .            .       FAILED  CANCELLED
APPROVED         .                .              .         .         .        .           APPLYING     .       FAILED  CANCELLED
APPLYING         .                .              .         .         .        .           .            DONE    FAILED  CANCELLED
DONE             .                .              .         .         .        .           .            .       .       .
REJECTED         .                .              .         .         .        .           .            .       .       .
EXPIRED          .                .              .         .         .        .           .            .       .       .
SUPERSEDED       .                .              .         .         .        .           .            .       .       .
FAILED           .                .              .         .         .        .           .            .       .       .
CANCELLED        .                .              .         .         .        .           .            .       .       .
"""  # noqa: E501  a table is read across

SPEC_GRID = """
              queue_deploy  start_deploy  finish_deploy  fail_deploy  withdraw  queue_destroy  finish_destroy  fail_destroy
DRAFT         QUEUED        .             .              .            .         .              .               .
QUEUED        .             PROVISIONING  .              FAILED       .         .              .               .
PROVISIONING  .             .             ACTIVE         FAILED       .         .              .               .
ACTIVE        QUEUED        .             .              .            .         DESTROYING     .               .
DESTROYING    .             .             .              .            .         .              DESTROYED       FAILED
DESTROYED     QUEUED        .             .              .            .         .              .               .
FAILED        QUEUED        .             .              .            .         DESTROYING     .               .
"""  # noqa: E501  a table is read across

COMPONENT_GRID = """
            create    update    destroy     finish     fail
PENDING     CREATING  UPDATING  DESTROYING  ACTIVE     FAILED
CREATING    CREATING  CREATING  DESTROYING  ACTIVE     FAILED
ACTIVE      UPDATING  UPDATING  DESTROYING  ACTIVE     FAILED
UPDATING    UPDATING  UPDATING  DESTROYING  ACTIVE     FAILED
FAILED      CREATING  UPDATING  DESTROYING  ACTIVE     FAILED
DESTROYING  .         .         DESTROYING  DESTROYED  FAILED
DESTROYED   CREATING  .         .           DESTROYED  .
"""

NOUNS = [
    (JOB, JobStatus, JobEvent, JOB_GRID),
    (RUN, RunStatus, RunEvent, RUN_GRID),
    (SPEC, SpecStatus, SpecEvent, SPEC_GRID),
    (COMPONENT, ComponentStatus, ComponentEvent, COMPONENT_GRID),
]
PAIRS = [
    pytest.param(table, statuses(status), events(event), target and statuses(target), id=f"{status}-{event}")
    for table, statuses, events, grid in NOUNS
    for status, event, target in cells(grid)
]


@pytest.mark.parametrize(("table", "status", "event", "target"), PAIRS)
def test_each_pair(table: Lifecycle, status: str, event: str, target: str | None) -> None:  # type: ignore[type-arg]
    assert table.allows(status, event) is (target is not None)
    if target is None:
        with pytest.raises(WrongStatus) as refused:
            table.next(status, event)
        assert refused.value.details == {"status": status, "event": event}
    else:
        assert table.next(status, event) == target
        assert status in table.sources(event)


@pytest.mark.parametrize(("table", "statuses", "events", "grid"), NOUNS)
def test_the_grids_leave_nothing_out(table: Lifecycle, statuses: type, events: type, grid: str) -> None:  # type: ignore[type-arg]
    pairs = {(status, event) for status, event, _ in cells(grid)}
    assert pairs == {(str(status), str(event)) for status in statuses for event in events}  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", [JOB, RUN])
def test_terminal_is_terminal(table: Lifecycle) -> None:  # type: ignore[type-arg]
    assert {status for status, _ in table.moves}.isdisjoint(table.terminal)


@pytest.mark.parametrize("event", [*JobEvent, *RunEvent])
def test_an_event_of_a_job_or_run_leads_to_one_status(event: JobEvent | RunEvent) -> None:
    table: Lifecycle = JOB if isinstance(event, JobEvent) else RUN  # type: ignore[type-arg]
    assert {table.next(source, event) for source in table.sources(event)} == {table.target(event)}


@pytest.mark.parametrize("settled", sorted(SETTLED))
@pytest.mark.parametrize("status", list(SpecStatus))
def test_a_withdrawal_goes_back_to_the_settled_status(status: SpecStatus, settled: SpecStatus) -> None:
    if status in (SpecStatus.QUEUED, SpecStatus.DESTROYING):
        assert after(status, settled, SpecEvent.WITHDRAW) is settled
    else:
        with pytest.raises(WrongStatus):
            after(status, settled, SpecEvent.WITHDRAW)
