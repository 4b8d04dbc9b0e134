"""Jobs by themselves: started by a person, begun at once, tried anew when a runner is lost, cancelled."""

from typing import Any

import pytest

from chalicelib.adapters.dynamodb.identities import identity_key
from chalicelib.adapters.dynamodb.tables import IdentityRow
from chalicelib.domain.errors import NotFound
from chalicelib.domain.job import RULES, By
from chalicelib.domain.messages import Heartbeat, Outcome
from chalicelib.domain.words import JobType, Phase, Role
from tests.support.single_jobs import RESULTS, Singles

TYPES = [job_type for job_type, rules in RULES.items() if not rules.in_run and rules.by is By.RUNNER]
ABOUT_IDENTITY = [JobType.CONNECTION_TEST, JobType.FETCH_RESOURCES]


class TestStarting:
    @pytest.mark.parametrize("job_type", TYPES)
    def test_the_way_to_its_result(self, singles: Singles, job_type: JobType) -> None:
        reply = singles.ask(job_type)
        assert reply.status == 202, reply.body
        job_id = reply.json["job_id"]
        assert (reply.json["job_type"], reply.json["status"], reply.json["attempt"]) == (
            job_type,
            "QUEUED",
            1,
        )
        (task,) = singles.world.tasks.started
        assert (task.job_id, task.attempt) == (job_id, 1)
        (entry,) = singles.audited("job.started")
        assert (entry.actor, entry.subject) == ("user:ada", job_id)
        assert entry.after["job_type"] == job_type

        assignment = singles.claim(job_id)
        assert assignment.access.account_id is not None
        if job_type is JobType.BOOTSTRAP:
            assert assignment.snapshot and assignment.state_name == "shop-development-eu-west-1"
        else:
            assert assignment.identity_id == singles.identity_id
            assert assignment.snapshot is None and assignment.state_name is None
        beat = Heartbeat(attempt=1, phase=Phase.INSPECT)
        assert not singles.world.container.runner_protocol.heartbeat(job_id, beat).cancel
        assert singles.report(job_id, RESULTS[job_type]).accepted
        found = singles.api.as_user("ada").get(f"/api/jobs/{job_id}").json
        assert found["status"] == "SUCCESS"
        assert found["result"] == RESULTS[job_type].model_dump(mode="json")
        assert not any(singles.world.reconcile().model_dump().values())

    def test_its_repeat_finds_it(self, singles: Singles) -> None:
        for started, job_type in enumerate(TYPES):
            first = singles.start(job_type, idempotency_key="k")
            assert singles.start(job_type, idempotency_key="k") == first
            assert len(singles.world.tasks.started) == len(singles.audited("job.started")) == started + 1

    def test_the_same_key_for_another_runner_is_refused(self, singles: Singles) -> None:
        for job_type in TYPES:
            singles.start(job_type, idempotency_key="k")
            reply = singles.ask(job_type, body={"runner": "platform"}, idempotency_key="k")
            assert reply.status == 409
            assert reply.error["message"] == "This idempotency key was used for a different request."

    def test_a_planner_may_and_a_viewer_may_not(self, singles: Singles) -> None:
        viewer, planner = (singles.a_member(role) for role in (Role.VIEWER, Role.PLANNER))
        for job_type in TYPES:
            assert singles.ask(job_type, user=viewer).status == 403
            assert singles.ask(job_type, user=planner).status == 202
        assert len(singles.world.tasks.started) == len(TYPES)

    def test_a_runner_that_the_zone_has_not_is_refused(self, singles: Singles) -> None:
        reply = singles.ask(JobType.CONNECTION_TEST, body={"runner": "somebody-else-s"})
        assert reply.status == 422 and "runner" in reply.problems

    def test_without_a_container_the_reconciler_asks_again(self, singles: Singles) -> None:
        singles.world.tasks.available = False
        job_id = singles.start()
        assert singles.job(job_id).attempt == 1 and not singles.world.tasks.started
        singles.world.tasks.available = True
        singles.world.clock.advance(seconds=30)
        assert singles.world.reconcile().begun == [job_id]
        assert [task.job_id for task in singles.world.tasks.started] == [job_id]
        assert singles.world.reconcile().begun == []


class TestLostRunners:
    def test_another_attempt_begins_three_in_all(self, singles: Singles) -> None:
        job_id = singles.start()
        for attempt in (1, 2, 3):
            assert singles.job(job_id).attempt == attempt
            singles.claim(job_id, f"claim-000{attempt}")
            singles.world.clock.advance(seconds=61)
            assert job_id in singles.world.reconcile().ended_attempts
            singles.world.reconcile()
        job = singles.job(job_id)
        assert job.status == "FAILED" and job.error is not None
        assert "did not answer within its lease" in job.error.message
        assert [task.attempt for task in singles.world.tasks.started] == [1, 2, 3]
        assert singles.status == "PENDING" and singles.identity.tested_at is None

    def test_the_lost_one_s_report_is_only_kept(self, singles: Singles) -> None:
        job_id = singles.start()
        singles.claim(job_id)
        singles.world.clock.advance(seconds=61)
        singles.world.reconcile()
        singles.world.reconcile()
        assert not singles.report(job_id, RESULTS[JobType.CONNECTION_TEST], attempt=1).accepted
        assert (singles.job(job_id).status, singles.status) == ("QUEUED", "PENDING")


class TestCancelling:
    def test_before_a_runner_took_it(self, singles: Singles) -> None:
        job_id = singles.start()
        reply = singles.api.as_user("ada").post(f"/api/jobs/{job_id}/cancel", {})
        assert reply.json["status"] == "CANCELLED"
        assert len(singles.world.tasks.told_to_stop) == 1
        assert not any(singles.world.reconcile().model_dump().values())

    def test_while_it_runs(self, singles: Singles) -> None:
        job_id = singles.start()
        singles.claim(job_id)
        singles.api.as_user("ada").post(f"/api/jobs/{job_id}/cancel", {})
        beat = Heartbeat(attempt=1, phase=Phase.INSPECT)
        assert singles.world.container.runner_protocol.heartbeat(job_id, beat).cancel
        singles.report(job_id, RESULTS[JobType.CONNECTION_TEST], Outcome.CANCELLED)
        assert (singles.job(job_id).status, singles.status) == ("CANCELLED", "PENDING")

    def test_a_cancelled_one_that_never_answers_gets_no_other_attempt(self, singles: Singles) -> None:
        job_id = singles.start()
        singles.claim(job_id)
        singles.api.as_user("ada").post(f"/api/jobs/{job_id}/cancel", {})
        singles.world.clock.advance(seconds=61)
        singles.world.reconcile()
        assert singles.job(job_id).status == "CANCELLED"


class TestWhatIsGone:
    def test_an_identity_that_is_not_there_and_another_tenant_s(self, singles: Singles) -> None:
        other = singles.api.a_zone("mallory")
        for job_type in ABOUT_IDENTITY:
            path = singles.path(job_type)
            nobody_s = path.replace(singles.identity_id, "identity-of-nobody")
            assert singles.api.as_user("ada").post(nobody_s, {}).status == 404
            through_own_zone = path.replace(singles.world.zone_id, other)
            assert singles.api.as_user("mallory").post(through_own_zone, {}).status == 404
        assert not singles.world.tasks.started

    def test_an_identity_unlinked_before_the_claim_ends_the_job_at_once(self, singles: Singles) -> None:
        job_id = singles.start()
        unlink(singles)
        with pytest.raises(NotFound, match="not linked any more"):
            singles.claim(job_id)
        job = singles.job(job_id)
        assert job.status == "FAILED" and job.error is not None and "not linked" in job.error.message

    def test_an_identity_unlinked_while_its_job_runs(self, singles: Singles) -> None:
        job_id = singles.start()
        singles.claim(job_id)
        unlink(singles)
        assert singles.report(job_id, RESULTS[JobType.CONNECTION_TEST]).accepted
        assert singles.job(job_id).status == "SUCCESS"
        key = identity_key(singles.world.zone_id, singles.identity_id)
        assert list(IdentityRow.query(key[0], IdentityRow.sk == key[1])) == []

    def test_a_spec_that_is_not_ready_says_what_it_lacks(self, singles: Singles) -> None:
        singles.world.edit()
        unverify(singles.world)
        reply = singles.ask(JobType.BOOTSTRAP)
        assert reply.status == 422 and "cloud_identity" in reply.problems


def unlink(singles: Singles) -> None:
    IdentityRow(*identity_key(singles.world.zone_id, singles.identity_id)).delete()


def unverify(world: Any) -> None:
    row = IdentityRow(*identity_key(world.zone_id, world.spec.cloud_identity))
    row.update([IdentityRow.status.set("DEGRADED")])
