"""Components, moved one by one by terraform's events."""

import pytest

from chalicelib.domain.lifecycle.component import ComponentStatus
from chalicelib.domain.messages import EventKind as K
from chalicelib.domain.messages import ResourceEvent
from chalicelib.domain.plan import Action
from chalicelib.domain.words import ComponentKind
from chalicelib.services.component_progress import advance, wanted_by
from chalicelib.services.ports.facts import ComponentRecord
from tests.support.builders import a_full_form, a_snapshot
from tests.support.runs import an_event

A, B = "aws_sqs_queue.main", "aws_sqs_queue.dead_letters"


def a_queue(status: str = "PENDING") -> ComponentRecord:
    return ComponentRecord(kind=ComponentKind.QUEUE, name="emails", status=ComponentStatus(status))


def after(component: ComponentRecord, *events: ResourceEvent, stays: bool = True) -> str:
    return str(advance(component, "job-1-1", events, stays=stays).status)


def planned(action: Action = Action.CREATE) -> list[ResourceEvent]:
    return [an_event(1, K.PLANNED, A, action), an_event(2, K.PLANNED, B, action)]


def test_it_is_active_when_its_last_resource_is_complete() -> None:
    events = [
        *planned(),
        an_event(3, K.START, A),
        an_event(4, K.COMPLETE, A),
        an_event(5, K.START, B),
        an_event(6, K.COMPLETE, B),
    ]
    assert [after(a_queue(), *events[:count]) for count in range(2, 7)] == [
        "PENDING",
        "CREATING",
        "CREATING",
        "CREATING",
        "ACTIVE",
    ]


def test_a_repeated_event_changes_nothing() -> None:
    events = [*planned(), an_event(3, K.START, A), an_event(4, K.COMPLETE, A)]
    once = advance(a_queue(), "job-1-1", events, stays=True)
    assert advance(once, "job-1-1", events, stays=True) == once


def test_one_that_failed_stays_failed_whatever_else_succeeds() -> None:
    events = [*planned(), an_event(3, K.START, A), an_event(4, K.ERRORED, A)]
    more = [an_event(5, K.START, B), an_event(6, K.COMPLETE, B)]
    assert after(a_queue(), *events, *more) == "FAILED"


def test_a_new_attempt_begins_its_own_count() -> None:
    lost = advance(a_queue(), "job-0-1", [*planned(), an_event(3, K.START, A)], stays=True)
    assert (
        after(lost, an_event(1, K.PLANNED, A), an_event(2, K.START, A), an_event(3, K.COMPLETE, A))
        == "ACTIVE"
    )


def test_a_replacement_is_two_steps() -> None:
    plan = an_event(1, K.PLANNED, A, Action.REPLACE)
    down = [an_event(2, K.START, A, Action.DESTROY), an_event(3, K.COMPLETE, A, Action.DESTROY)]
    up = [an_event(4, K.START, A), an_event(5, K.COMPLETE, A)]
    assert after(a_queue("ACTIVE"), plan, *down) == "UPDATING"
    assert after(a_queue("ACTIVE"), plan, *down, *up) == "ACTIVE"


@pytest.mark.parametrize(
    ("stays", "during", "done"), [(True, "UPDATING", "ACTIVE"), (False, "DESTROYING", "DESTROYED")]
)
def test_losing_a_part_is_an_update_and_losing_all_a_destroy(stays: bool, during: str, done: str) -> None:
    events = [an_event(1, K.PLANNED, B, Action.DESTROY), an_event(2, K.START, B, Action.DESTROY)]
    assert after(a_queue("ACTIVE"), *events, stays=stays) == during
    end = an_event(3, K.COMPLETE, B, Action.DESTROY)
    assert after(a_queue("ACTIVE"), *events, end, stays=stays) == done


def test_without_a_plan_in_the_events_nothing_is_called_complete() -> None:
    assert after(a_queue(), an_event(1, K.START, A), an_event(2, K.COMPLETE, A)) == "CREATING"


def test_a_snapshot_names_the_components_that_it_wants() -> None:
    wanted = wanted_by(a_snapshot(a_full_form()))
    assert (ComponentKind.NETWORK, "network") in wanted
    assert {name for kind, name in wanted if kind is ComponentKind.DATABASE} == {"orders", "reports"}
    assert len(wanted) == 14
    assert wanted_by(a_snapshot()) == set()
