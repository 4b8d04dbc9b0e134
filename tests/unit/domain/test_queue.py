"""Whose turn it is: urgent before background, everybody's first before anybody's second, oldest first."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.job import Urgency
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.queue import QueuedJob, in_turn, offers
from chalicelib.domain.words import JobType

NOW = 1_000


def a_queued_job(number: int, spec: str = "a", **changes: Any) -> QueuedJob:
    fields: dict[str, Any] = {
        "job_id": f"job-{number}",
        "job_type": JobType.PLAN,
        "zone_id": "zone-1",
        "spec_id": spec,
        "status": JobStatus.QUEUED,
        "attempt": 1,
        "listed_at": f"{number:04}",
    }
    return QueuedJob.model_validate(fields | changes)


@st.composite
def queues(draw: st.DrawFn) -> list[QueuedJob]:
    count = draw(st.integers(0, 12))
    return [
        a_queued_job(
            number,
            draw(st.sampled_from("abc")),
            urgency=draw(st.sampled_from(Urgency)),
            status=draw(st.sampled_from([JobStatus.QUEUED, JobStatus.PROCESSING])),
            attempt=draw(st.integers(0, 2)),
            not_before=draw(st.sampled_from([None, NOW, NOW + 1])),
        )
        for number in draw(st.permutations(range(count)))
    ]


def order(*jobs: QueuedJob, running: tuple[QueuedJob, ...] = ()) -> list[str]:
    return [job.job_id for job in in_turn(jobs, running)]


def test_the_oldest_first() -> None:
    assert order(a_queued_job(2, "b"), a_queued_job(1)) == ["job-1", "job-2"]


def test_nobodys_second_before_everybodys_first() -> None:
    jobs = [a_queued_job(1), a_queued_job(2), a_queued_job(3), a_queued_job(9, "b")]
    assert order(*jobs) == ["job-1", "job-9", "job-2", "job-3"]


def test_whoever_has_a_job_running_yields() -> None:
    running = a_queued_job(0, status=JobStatus.PROCESSING)
    assert order(a_queued_job(1), a_queued_job(2, "b"), running=(running,)) == ["job-2", "job-1"]


def test_a_check_that_nobody_waits_for_comes_last() -> None:
    check = a_queued_job(1, urgency=Urgency.BACKGROUND)
    assert order(check, a_queued_job(2, "b"), a_queued_job(3, "b")) == ["job-2", "job-3", "job-1"]


@given(queues(), st.integers(0, 3))
def test_turns_go_round(jobs: list[QueuedJob], running: int) -> None:
    busy = [a_queued_job(100 + number, status=JobStatus.PROCESSING) for number in range(running)]
    ordered = in_turn(jobs, busy)
    assert Counter(job.job_id for job in ordered) == Counter(job.job_id for job in jobs), "none lost"
    for urgency in Urgency:
        had = Counter(job.subject_id for job in busy)
        alike = [job for job in ordered if job.urgency is urgency]
        for place, job in enumerate(alike):
            others = {later.subject_id for later in alike[place + 1 :]}
            assert all(had[job.subject_id] <= had[other] for other in others), "ahead of its turn"
            had[job.subject_id] += 1
        for subject in "abc":
            ages = [job.listed_at for job in alike if job.subject_id == subject]
            assert ages == sorted(ages)
    urgencies = [job.urgency is Urgency.BACKGROUND for job in ordered]
    assert urgencies == sorted(urgencies)


@given(queues(), queues(), st.integers(1, 4), st.sets(st.sampled_from([f"job-{n}" for n in range(12)])))
def test_offers_are_dispatched_due_and_no_more_than_free_slots(
    own: list[QueuedJob], shared: list[QueuedJob], slots: int, has: set[str]
) -> None:
    shared = [job.model_copy(update={"job_id": f"any-{job.job_id}"}) for job in shared]
    found = offers(own, shared, slots=slots, has=has, now=NOW)
    assert len(found) <= max(0, slots - len(has))
    assert all(job.status is JobStatus.QUEUED and job.attempt > 0 for job in found)
    assert all(job.not_before is None or job.not_before <= NOW for job in found)
    assert not has & {job.job_id for job in found}
    possible = [job for job in (*own, *shared) if job.may_be_offered(NOW) and job.job_id not in has]
    assert len(found) == min(max(0, slots - len(has)), len(possible)), "no free slot stays empty"
