"""Whose turn it is in a runner's queue.

Everything that somebody waits for comes before background checks. Within each, turns go round: nobody gets a
second job before everybody had a first, and whoever has jobs running counts them as turns taken. Within one
turn, the oldest first. "Somebody" is what a job is about: a spec, or a cloud identity.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from .job import Urgency
from .lifecycle.job import WITH_A_RUNNER, JobStatus
from .model import Model
from .words import JobType


class QueuedJob(Model):
    """A job as a queue's index shows it: it waits for the runner, or the runner has it."""

    job_id: str
    job_type: JobType
    zone_id: str
    spec_id: str | None = None
    identity_id: str | None = None
    status: JobStatus
    attempt: int
    urgency: Urgency = Urgency.USUAL
    not_before: int | None = None
    """Unix seconds; no runner may have it before."""
    listed_at: str
    """Sorts by age."""

    @property
    def subject_id(self) -> str:
        """What it is about: whose turn it takes."""
        return self.spec_id or self.identity_id or self.job_id

    @property
    def in_hand(self) -> bool:
        """Whether a runner has it."""
        return self.status in WITH_A_RUNNER

    def may_be_offered(self, now: int) -> bool:
        """Whether an attempt was dispatched that no runner took, and its time has come."""
        dispatched = self.status is JobStatus.QUEUED and self.attempt > 0
        return dispatched and (self.not_before is None or self.not_before <= now)


def in_turn(waiting: Iterable[QueuedJob], running: Iterable[QueuedJob] = ()) -> list[QueuedJob]:
    """`waiting` in the order in which it should be taken, while `running` is at work."""
    at_work = Counter(job.subject_id for job in running)
    taken: Counter[tuple[bool, str]] = Counter()
    order: list[tuple[bool, int, str, QueuedJob]] = []
    for job in sorted(waiting, key=lambda job: job.listed_at):
        background = job.urgency is Urgency.BACKGROUND
        turn = at_work[job.subject_id] + taken[background, job.subject_id]
        order.append((background, turn, job.listed_at, job))
        taken[background, job.subject_id] += 1
    return [job for *_, job in sorted(order, key=lambda entry: entry[:3])]


def offers(
    own: Iterable[QueuedJob], shared: Iterable[QueuedJob], *, slots: int, has: Collection[str], now: int
) -> list[QueuedJob]:
    """What a runner with `slots` slots may take now.

    Parameters
    ----------
    own, shared : Iterable[QueuedJob]
        Its own queue (with what it has in hand), and the zone's queue for any runner.
    has : Collection[str]
        Ids of the jobs that it works on by its own account, also those that it is about to claim.
    """
    jobs = [*own, *shared]
    mine = [job for job in jobs if job.in_hand or job.job_id in has]
    waiting = [job for job in jobs if job.may_be_offered(now) and job.job_id not in has]
    return in_turn(waiting, mine)[: max(0, slots - len(has))]
