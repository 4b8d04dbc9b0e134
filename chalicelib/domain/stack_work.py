"""How far a job about a runner's stack has come: what a lost execution is taken up from.

It stands on the job's row and is written together with the job's progress and lease, on the condition that
the attempt still has the job. ``lines`` numbers the log: a line is first written under the next number, then
the number is taken; a step that is repeated writes the same line again, and none is lost or doubled. The same
write moves ``after``, so that each of CloudFormation's events is told once.
"""

from collections.abc import Iterable

from .job import ApplyProgress
from .model import Model
from .worker import StackEvent, WorkerForm

STACK_TYPE = "AWS::CloudFormation::Stack"
"""Resource type of the events that are about the whole stack."""

CANCELLED_BESIDE = "cancelled"
"""In the reason of a resource that failed only because another one did."""

MAX_REASON = 1500
"""Symbols of CloudFormation's reason that are kept."""


class Before(Model):
    """What an update started from, to be gone back to when it fails."""

    form: WorkerForm
    image: str


class StackWork(Model):
    """What was asked of the account, and what was told of it."""

    before: Before | None = None
    """Of an update."""
    new_credential: bool = False
    """The runner gets a new credential, though it has one."""
    asked: bool = False
    """We are asking for the stack, or have: something of it may be there."""
    called: bool = False
    """CloudFormation has taken the order."""
    deleting: bool = False
    ordered: bool = False
    """CloudFormation has taken the order to delete."""
    cancelled: bool = False
    """A first deploy is taken away again because somebody cancelled it."""
    leftover: bool = False
    """What is deleted is what an earlier job left; the stack is asked for afterwards."""
    stack_id: str | None = None
    after: str | None = None
    """The last of CloudFormation's events that was told."""
    lines: int = 0
    """Log lines written so far, by whichever attempt."""
    said: str | None = None
    """Our own last line."""
    failure: str | None = None
    """Why a first deploy is taken away again, or why a stack can't be deleted: the first reason there was."""
    leftovers_since: str | None = None
    """When something was first found that still carries the runner's tag."""


def is_under_way(status: str) -> bool:
    """Whether CloudFormation still works on a stack of this status."""
    return status.endswith("_IN_PROGRESS")


def stands(status: str) -> bool:
    """Whether the stack is there and whole, so that it can be used and updated."""
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


def succeeded(status: str) -> bool:
    """Whether what was asked last of the stack was done."""
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def line_of(event: StackEvent) -> str:
    """An event as a log line: ``CREATE_FAILED Cluster (AWS::ECS::Cluster): no such …``."""
    reason = f": {event.reason[:MAX_REASON]}" if event.reason else ""
    return f"{event.status} {event.logical_id} ({event.resource_type}){reason}"


def reason_of(event: StackEvent) -> str:
    """A failed resource and why: ``Cluster (AWS::ECS::Cluster): no such …``."""
    return f"{event.logical_id} ({event.resource_type}): {(event.reason or event.status)[:MAX_REASON]}"


def first_failure(events: Iterable[StackEvent]) -> str | None:
    """The first resource that failed by itself, and why."""
    for event in events:
        by_another = CANCELLED_BESIDE in (event.reason or "").lower()
        if event.status.endswith("_FAILED") and event.resource_type != STACK_TYPE and not by_another:
            return reason_of(event)
    return None


def moved_on(progress: ApplyProgress, events: Iterable[StackEvent], *, deleting: bool) -> ApplyProgress:
    """The progress after `events`.

    While a stack is made or changed, what is deleted (by a roll-back, or as replaced) is no step forward.
    """
    done, in_flight, failed = progress.done, list(progress.in_flight), list(progress.failed)
    for event in events:
        if event.resource_type == STACK_TYPE:
            continue
        name = event.logical_id
        if event.status.endswith("_IN_PROGRESS"):
            if name not in in_flight:
                in_flight.append(name)
            continue
        if name in in_flight:
            in_flight.remove(name)
        if event.status.endswith("_FAILED"):
            if name not in failed:
                failed.append(name)
        elif event.status.startswith("DELETE_") == deleting:
            done += 1
    planned = max(progress.planned, done + len(in_flight))
    return progress.model_copy(
        update={"planned": planned, "done": done, "in_flight": in_flight, "failed": failed}
    )
