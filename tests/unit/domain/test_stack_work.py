"""What CloudFormation's events say of a job: its progress, its log lines, and the first thing that failed."""

from typing import Any

import pytest

from chalicelib.domain.job import ApplyProgress
from chalicelib.domain.stack_work import STACK_TYPE, first_failure, line_of, moved_on, reason_of
from chalicelib.domain.worker import StackEvent


def an_event(name: str, status: str, reason: str | None = None, **more: Any) -> StackEvent:
    fields = {"event_id": f"{name}-{status}", "at": "2026", "resource_type": "AWS::ECS::Cluster"}
    return StackEvent(logical_id=name, status=status, reason=reason, **(fields | more))


def test_a_line_says_what_happened_to_which_resource_and_why() -> None:
    assert line_of(an_event("Cluster", "CREATE_COMPLETE")) == "CREATE_COMPLETE Cluster (AWS::ECS::Cluster)"
    assert line_of(an_event("Cluster", "CREATE_FAILED", "no")).endswith(": no")
    assert len(line_of(an_event("Cluster", "CREATE_FAILED", "x" * 9000))) < 2000


def test_the_first_failure_is_one_that_failed_by_itself() -> None:
    events = [
        an_event("Log", "CREATE_FAILED", "Resource creation cancelled"),
        an_event("stack", "ROLLBACK_FAILED", "all", resource_type=STACK_TYPE),
        an_event("Cluster", "CREATE_FAILED", "Limit exceeded"),
        an_event("Task", "CREATE_FAILED", "another"),
    ]
    assert first_failure(events) == "Cluster (AWS::ECS::Cluster): Limit exceeded"
    assert first_failure(events[:2]) is None
    assert reason_of(an_event("Cluster", "DELETE_FAILED")) == "Cluster (AWS::ECS::Cluster): DELETE_FAILED"


@pytest.mark.parametrize(
    ("deleting", "statuses", "done", "in_flight", "failed"),
    [
        (False, ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS"], 0, ["Cluster"], []),
        (False, ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"], 1, [], []),
        (False, ["CREATE_IN_PROGRESS", "CREATE_FAILED"], 0, [], ["Cluster"]),
        (False, ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"], 0, [], []),
        (True, ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"], 1, [], []),
    ],
)
def test_progress_counts_what_the_job_is_about(
    deleting: bool, statuses: list[str], done: int, in_flight: list[str], failed: list[str]
) -> None:
    events = [an_event("Cluster", status) for status in statuses]
    events.append(an_event("stack", "CREATE_COMPLETE", resource_type=STACK_TYPE))
    progress = moved_on(ApplyProgress(planned=4), events, deleting=deleting)
    assert (progress.planned, progress.done) == (4, done)
    assert (progress.in_flight, progress.failed) == (in_flight, failed)


def test_more_than_was_planned_raises_the_plan() -> None:
    events = [an_event("A", "UPDATE_COMPLETE"), an_event("B", "UPDATE_IN_PROGRESS")]
    assert moved_on(ApplyProgress(), events, deleting=False).planned == 2
