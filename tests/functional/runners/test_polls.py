"""What a self-hosted runner is offered, and what it may claim: its own tenant's jobs, in turn."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.tables import JobRow, job_pk
from chalicelib.domain.job import ANY_RUNNER
from chalicelib.domain.runner import RunnerKind
from chalicelib.services.ports.clock import iso, unix
from tests.support.api import Api
from tests.support.builders import FakeClock
from tests.support.runners import Registered, Tenant, a_tenant


@pytest.fixture
def tenant(api: Api) -> Tenant:
    return a_tenant(api)


def change(job_id: str, **values: Any) -> None:
    JobRow(job_pk(job_id), "JOB").update([getattr(JobRow, name).set(to) for name, to in values.items()])


class TestOffers:
    def test_what_is_assigned_to_it_and_what_is_for_any(self, tenant: Tenant) -> None:
        runner, other = tenant.register(), tenant.register("build-8")
        own, shared, others = tenant.job(runner.runner_id), tenant.job(), tenant.job(other.runner_id)
        assert runner.offered(slots=5) == [own, shared]
        assert others not in runner.offered(slots=5)

    def test_never_another_tenants_also_when_assigned_by_name(self, api: Api, tenant: Tenant) -> None:
        runner = tenant.register()
        victim = a_tenant(api, "bob")
        victim.register("theirs")
        shared = victim.job(ANY_RUNNER)
        by_name = victim.job(ANY_RUNNER)
        change(by_name, runner=runner.runner_id, runner_key=f"{victim.zone_id}#{runner.runner_id}")
        assert runner.offered(slots=5) == []
        for job in (shared, by_name):
            assert runner.claim(job).status == 404
            assert victim.read(job).status == "QUEUED"
        refusals = victim.audited("claim.refused")
        assert {entry["subject"] for entry in refusals} == {shared, by_name}
        assert {entry["actor"] for entry in refusals} == {f"runner:{runner.runner_id}"}

    def test_no_more_than_its_free_slots(self, tenant: Tenant) -> None:
        runner = tenant.register()
        jobs = [tenant.job() for _ in range(4)]
        assert runner.offered(slots=2) == jobs[:2]
        assert runner.offered(slots=3, running=(jobs[0],)) == jobs[1:3]
        assert runner.offered(slots=1, running=(jobs[0],)) == []

    def test_what_it_tried_for_is_passed_over(self, tenant: Tenant) -> None:
        runner = tenant.register()
        first, second = tenant.job(), tenant.job()
        assert runner.offered(passed=[first]) == [second]

    def test_everybodys_first_before_anybodys_second(self, tenant: Tenant) -> None:
        runner = tenant.register()
        second = tenant.another_identity("Second")
        mine = [tenant.job() for _ in range(3)]
        late = tenant.job(identity_id=second)
        assert runner.offered(slots=4) == [mine[0], late, mine[1], mine[2]]
        runner.claim(mine[0])
        assert runner.offered(slots=4, running=(mine[0],))[0] == late

    def test_only_attempts_that_were_dispatched_and_are_due(self, tenant: Tenant) -> None:
        runner = tenant.register()
        undispatched, later, due, taken = (tenant.job() for _ in range(4))
        now = unix(datetime.now(UTC))
        change(undispatched, attempt=0)
        change(later, not_before=now + 60)
        change(due, not_before=now - 1)
        runner.claim(taken)
        assert runner.offered(slots=5) == [due]

    def test_the_server_says_when_to_ask_again(self, tenant: Tenant) -> None:
        assert tenant.register().poll().poll_seconds == tenant.api.container.settings.runner_poll_seconds


class TestWhoPolls:
    def test_a_container_does_not(self, api: Api) -> None:
        answer = api.as_runner("platform").post("/api/runners/poll", {"runner_version": "1", "slots": 1})
        assert (answer.status, answer.error["code"]) == (403, "Forbidden")

    def test_a_person_does_not(self, tenant: Tenant) -> None:
        answer = tenant.admin.post("/api/runners/poll", {"runner_version": "1", "slots": 1})
        assert answer.status == 403

    def test_a_container_never_takes_a_job_that_is_for_any(self, api: Api, tenant: Tenant) -> None:
        tenant.register()
        job = tenant.job(ANY_RUNNER)
        claim = {"attempt": 1, "claim_id": "claim-0001", "runner_version": "1", "terraform_versions": []}
        assert api.as_runner("platform").post(f"/api/jobs/{job}/claim", claim).status == 404

    def test_nonsense_is_refused(self, tenant: Tenant) -> None:
        runner = tenant.register()
        for slots in ({}, {"slots": 0}, {"slots": 65}):
            answer = runner.client.post("/api/runners/poll", {"runner_version": "1", **slots})
            assert (answer.status, list(answer.problems)) == (422, ["slots"])


def test_a_poll_is_written_down_at_most_every_half_minute(api: Api, tenant: Tenant) -> None:
    runner = tenant.register()
    clock = FakeClock()
    api.container.polls._clock = clock

    def seen() -> str | None:
        record = api.container.runners.get(runner.runner_id)
        assert record is not None
        return record.last_seen_at

    runner.poll()
    first = seen()
    clock.advance(seconds=29)
    runner.poll()
    assert seen() == first
    clock.advance(seconds=1)
    runner.poll()
    assert seen() == iso(clock.now())
    clock.advance(seconds=1)
    runner.poll(slots=2)
    assert seen() == iso(clock.now()), "what changes is written at once"


def test_a_claimed_job_names_its_runner_and_the_trail_says_so(api: Api, tenant: Tenant) -> None:
    runner = tenant.register()
    job = tenant.job(ANY_RUNNER)
    given = runner.claim(job)
    assert given.status == 200
    assert api.container.job_tokens.verify(given.json["job_token"]).runner == runner.runner_id
    assert tenant.read(job).runner == runner.runner_id
    (entry,) = tenant.audited("job.claimed")
    assert (entry["actor"], entry["subject"]) == (f"runner:{runner.runner_id}", job)


def test_a_runner_of_a_zone_may_be_a_container_and_takes_only_what_names_it(api: Api, tenant: Tenant) -> None:
    tenant.register()
    credential = api.container.runner_credentials.register(
        "their-cluster", kind=RunnerKind.FARGATE, name="Cluster", zone_id=tenant.zone_id
    )
    assert credential
    assert tenant.shown("their-cluster")["kind"] == "fargate"


class TestWorkersEnd:
    def ended(self, runner: Registered, job: str, **changes: Any) -> int:
        body = {"attempt": 1, "claim_id": f"claim-0001-{runner.runner_id}", "exit_code": 137} | changes
        return runner.client.post(f"/api/jobs/{job}/worker-ended", body).status

    def test_a_crash_arrives_at_once_and_the_job_is_for_any_again(self, tenant: Tenant) -> None:
        runner, job = tenant.register(), tenant.job()
        runner.claim(job)
        for _ in range(2):
            assert self.ended(runner, job) in (204, 404)
        found = tenant.read(job)
        assert (found.status, found.lease_expires_at, found.runner) == ("QUEUED", None, "any")

    def test_of_another_process_it_means_nothing(self, tenant: Tenant) -> None:
        """Two machines may share a credential: what one lost, the other may have."""
        runner, job = tenant.register(), tenant.job()
        runner.claim(job)
        assert self.ended(runner, job, claim_id="claim-of-another") == 204
        assert self.ended(runner, job, attempt=2) == 204
        assert tenant.read(job).status == "CLAIMED"

    def test_of_another_runners_job_there_is_nothing_to_say(self, api: Api, tenant: Tenant) -> None:
        runner, job = tenant.register(), tenant.job()
        runner.claim(job)
        for other in (tenant.register("build-8"), a_tenant(api, "bob").register()):
            assert self.ended(other, job, claim_id=f"claim-0001-{runner.runner_id}") == 404
        assert tenant.read(job).status == "CLAIMED"
