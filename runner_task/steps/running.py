"""What plan, apply and destroy have in common: running terraform, and telling why it failed."""

from collections.abc import Callable

from chalicelib.domain.plan import PlanSummary

from ..context import JobContext
from ..errors import StepFailed, Stopped
from ..events import EventReader


def new_reader(job: JobContext, on_summary: Callable[[PlanSummary], None] | None = None) -> EventReader:
    """A reader for the present phase."""
    return EventReader(
        job.journal, job.masker, job.link.phase, job.ready.provider.group_of, on_summary=on_summary
    )


def run(job: JobContext, arguments: list[str], reader: EventReader) -> int:
    """Run terraform with a ``-json`` stream; returns its exit code."""
    job.say(f"$ terraform {' '.join(arguments)}")
    return job.running.stream(arguments, on_stdout=reader.stdout, on_stderr=reader.stderr)


def failure(job: JobContext, what: str, code: int, reader: EventReader) -> Exception:
    """Why terraform did not succeed, as the error to raise: a stop, or its own first diagnostic."""
    if job.stop.reason is not None:
        ending = " terraform had to be killed." if job.stop.killed else ""
        return Stopped(f"{job.stop.reason}{ending}")
    if reader.errors:
        message = f"terraform {what} failed: {reader.errors[0].summary}"
        more = len(reader.errors) - 1
        message += f" (and {more} more)" if more else ""
    elif code < 0:
        message = f"terraform {what} was ended by signal {-code}."
    else:
        message = f"terraform {what} failed with exit code {code}."
    if job.session.problem:
        message += f" The state: {job.session.problem}"
    return StepFailed(job.masker.mask(message), diagnostics=reader.errors)
