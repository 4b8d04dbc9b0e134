"""What may be asked for, by whom, what a refusal says; and what the rest of Alethia makes of such runners."""

from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import CloudProvider, JobType, Role
from chalicelib.services.access import Principal
from tests.support.builders import ACCOUNT
from tests.support.people import join
from tests.support.workers import REGION, WORKER_ROLE, Workers

RIGHT: dict[str, dict[str, Any]] = {"deploy": {}, "update": {}, "destroy": {}}


class TestWhoMayAsk:
    @pytest.mark.parametrize("what", RIGHT)
    def test_an_admin_and_nobody_less(self, workers: Workers, what: str) -> None:
        if what != "deploy":
            workers.seed_ready()
        approver = join(workers.zone_id, "an-approver", Role.APPROVER).user
        assert workers.ask(what, user=approver).status == 403
        assert workers.ask(what).status == 202


class TestTheForm:
    @pytest.mark.parametrize(
        ("body", "field", "message"),
        [
            ({"region": "mars-1"}, "region", "is none that Alethia offers; one of eu-west-1"),
            ({"cpu": 1000}, "cpu", "Fargate has no 1000 CPU units; one of 256, 512, 1024"),
            ({"cpu": 256, "memory_mib": 4096}, "memory_mib", "with 256 CPU units, Fargate takes one of 512"),
            ({"memory_mib": 2049}, "memory_mib", "one of 2048, 3072"),
            ({"log_days": 31}, "log_days", "CloudWatch Logs takes one of 1, 3, 5"),
            ({"identity_id": "identity-of-nobody"}, "identity_id", "is none of this zone's linked accounts"),
            ({"network": {"vpc_id": "vpc-1", "subnet_ids": []}}, "network.subnet_ids", ""),
            ({"name": "../x"}, "name", ""),
        ],
    )
    def test_what_aws_would_refuse_is_refused_by_its_field(
        self, workers: Workers, body: dict[str, Any], field: str, message: str
    ) -> None:
        reply = workers.ask("deploy", body)
        assert reply.status == 422
        assert message in reply.problems[field]
        assert workers.runner is None

    def test_a_network_of_the_customers_own_reaches_the_stack(self, workers: Workers) -> None:
        network = {"vpc_id": "vpc-0a1b2c3d", "subnet_ids": ["subnet-0a1b2c3d", "subnet-0a1b2c3e"]}
        workers.stacks.networks = dict.fromkeys(network["subnet_ids"], "vpc-0a1b2c3d")
        assert workers.do("deploy", network=network) == "SUCCESS"
        (stack,) = workers.stacks.standing
        asked = stack.parameters
        assert (asked["VpcId"], asked["SubnetIds"]) == ("vpc-0a1b2c3d", "subnet-0a1b2c3d,subnet-0a1b2c3e")
        assert asked["AssignPublicIp"] == "DISABLED"


class TestWhatIsMissing:
    def test_an_account_without_the_role_says_how_to_get_it(self, workers: Workers) -> None:
        other = workers.an_identity("Without")
        reply = workers.ask("deploy", {"identity_id": other.identity_id})
        assert reply.status == 409
        assert f"alethia identities runner-setup {other.identity_id}" in reply.error["message"]
        assert reply.error["details"] == {"identity_id": other.identity_id}

    def test_another_clouds_account_says_what_works_there(self, workers: Workers) -> None:
        other = workers.an_identity("Other", provider=CloudProvider.GCP)
        reply = workers.ask("deploy", {"identity_id": other.identity_id})
        assert reply.status == 409 and "self-hosted runner" in reply.error["message"]

    @pytest.mark.parametrize("what", ["deploy", "update"])
    def test_no_image_names_what_the_operator_sets(self, workers: Workers, what: str) -> None:
        if what == "update":
            workers.seed_ready()
        workers.container.workers._image = ""
        reply = workers.ask(what)
        assert reply.status == 409 and "ALETHIA_WORKER_IMAGE" in reply.error["message"]


class TestASecondOne:
    def test_in_the_same_account_and_region_names_the_first(self, workers: Workers) -> None:
        workers.seed_ready()
        reply = workers.ask("deploy", {"name": "Another"})
        assert reply.status == 409
        assert f"'Theirs' ({workers.runner_id}), which is READY" in reply.error["message"]
        assert reply.error["details"]["runner_id"] == workers.runner_id

    def test_that_came_in_the_same_moment_is_found_by_the_write(
        self, workers: Workers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        workers.seed_ready()
        runners, seen = workers.container.runners, []
        real = type(runners).get

        def a_moment_ago(store: Any, runner_id: str) -> Any:
            seen.append(runner_id)
            return None if len(seen) == 1 else real(store, runner_id)

        monkeypatch.setattr(type(runners), "get", a_moment_ago)
        reply = workers.ask("deploy")
        assert len(seen) > 1
        assert reply.status == 409 and reply.error["details"]["runner_id"] == workers.runner_id

    def test_through_another_link_to_the_account_does_so_as_well(self, workers: Workers) -> None:
        workers.begin("deploy")
        other = workers.an_identity("Other", worker_role_reference=WORKER_ROLE)
        assert workers.ask("deploy", {"identity_id": other.identity_id}).status == 409

    def test_of_another_zone_is_its_own_and_told_nothing_of_the_first(self, workers: Workers) -> None:
        """docs/adr/0014: whoever names an account has not proved that it is theirs."""
        workers.seed_ready()
        other = workers.afresh()
        first = other.ask("deploy", {"name": "Ours"})
        assert first.status == 202
        assert workers.runner_id != other.runner_id
        again = other.ask("deploy")
        assert again.status == 409 and other.runner_id in again.error["message"]
        told = (first.body + again.body).decode()
        assert not any(word in told for word in ("Theirs", workers.runner_id, workers.zone_id))

    def test_in_another_region_is_another_runner(self, workers: Workers) -> None:
        workers.seed_ready()
        assert workers.ask("deploy", {"region": "eu-west-2", "name": "Second"}).status == 202


class TestARepeat:
    @pytest.mark.parametrize("what", RIGHT)
    def test_with_its_key_finds_the_job_also_when_it_is_over(self, workers: Workers, what: str) -> None:
        if what != "deploy":
            workers.seed_ready()
        first = workers.ask(what, idempotency_key="k")
        assert workers.ask(what, idempotency_key="k").json["job_id"] == first.json["job_id"]
        workers.play()
        again = workers.ask(what, idempotency_key="k")
        assert (again.status, again.json["job_id"]) == (202, first.json["job_id"])
        assert again.json["status"] == "SUCCESS"

    def test_of_the_key_for_something_else_is_refused(self, workers: Workers) -> None:
        workers.ask("deploy", idempotency_key="k")
        reply = workers.ask("deploy", {"region": "eu-west-2"}, idempotency_key="k")
        assert reply.status == 409
        assert reply.error["message"] == "This idempotency key was used for a different request."


class TestOneJobAtATime:
    @pytest.mark.parametrize("what", ["update", "destroy"])
    def test_another_is_refused_with_the_one_that_has_it(self, workers: Workers, what: str) -> None:
        workers.begin("deploy")
        reply = workers.ask(what)
        assert reply.status == 409
        assert f"job {workers.job_id} has it in hand" in reply.error["message"]

    def test_an_update_of_a_failed_one_says_the_way_out(self, workers: Workers) -> None:
        workers.stacks.fails = "Cluster"
        workers.do("deploy")
        assert "deploy it again, or destroy it" in workers.ask("update").error["message"]


def test_a_destroy_wants_the_runners_name(workers: Workers) -> None:
    workers.seed_ready()
    reply = workers.ask("destroy", {"confirm_name": "theirs"})
    assert reply.status == 422
    assert "must be the runner's name, 'Theirs'" in reply.problems["confirm_name"]
    assert workers.worker.status == "READY"


def test_a_self_hosted_runner_has_no_stack(workers: Workers) -> None:
    made = workers.admin.post(f"/api/zones/{workers.zone_id}/runners", {"name": "ours"})
    runner_id = made.json["runner"]["runner_id"]
    path = f"/api/zones/{workers.zone_id}/runners/{runner_id}"
    for reply in (
        workers.admin.post(f"{path}/update", {}),
        workers.admin.post(f"{path}/destroy", {"confirm_name": "ours"}),
    ):
        assert reply.status == 409 and "was not deployed" in reply.error["message"]


class TestTheRegistry:
    def test_refuses_to_rotate_with_the_way_out(self, workers: Workers) -> None:
        workers.seed_ready()
        path = f"/api/zones/{workers.zone_id}/runners/{workers.runner_id}"
        reply = workers.admin.post(f"{path}/rotate", {})
        assert reply.status == 409 and "--new-credential" in reply.error["message"]

    def test_refuses_to_undrain_one_that_is_being_destroyed(self, workers: Workers) -> None:
        workers.seed_ready()
        workers.begin("destroy")
        path = f"/api/zones/{workers.zone_id}/runners/{workers.runner_id}"
        reply = workers.admin.post(f"{path}/undrain", {})
        assert reply.status == 409 and workers.job_id in reply.error["message"]

    def test_refuses_to_delete_what_stands_with_the_way_out(self, workers: Workers) -> None:
        workers.seed_ready()
        path = f"/api/zones/{workers.zone_id}/runners/{workers.runner_id}"
        reply = workers.admin.delete(path)
        assert reply.status == 409 and "alethia runner destroy" in reply.error["message"]

    def test_forgets_one_that_failed_where_nobody_can_be_asked_any_more(self, workers: Workers) -> None:
        workers.seed_ready()
        workers.stacks.refuses = {"facts"}
        workers.do("destroy")
        path = f"/api/zones/{workers.zone_id}/runners/{workers.runner_id}"
        assert workers.admin.delete(path).status == 204
        assert workers.runner is None

    def test_shows_where_it_stands(self, workers: Workers) -> None:
        workers.seed_ready()
        (one, _platform) = workers.admin.get(f"/api/zones/{workers.zone_id}/runners").json["items"]
        worker = one["worker"]
        assert (worker["status"], worker["account_id"], worker["form"]["region"]) == (
            "READY",
            ACCOUNT,
            REGION,
        )


class TestChoosingIt:
    def test_while_it_takes_no_jobs_is_refused_by_its_status(self, workers: Workers) -> None:
        workers.begin("deploy")
        with pytest.raises(InvalidInput, match="runner 'Theirs' is DEPLOYING and takes no jobs now"):
            workers.container.runner_choice.of(workers.zone_id, workers.runner_id)

    def test_also_as_the_zones_default(self, workers: Workers) -> None:
        workers.begin("deploy")
        rules = {"expected_version": 0, "rules": {"default_runner": workers.runner_id}}
        path = f"/api/zones/{workers.zone_id}/rules"
        reply = workers.admin.put(path, rules)
        assert reply.status == 422 and "DEPLOYING" in reply.problems["rules.default_runner"]
        workers.play()
        assert workers.admin.put(path, rules).status == 200


class TestAContainerOfItsThatEndsUnheard:
    """No event of a customer's cluster reaches us: somebody has to ask."""

    REASON = "CannotPullContainerError: pull image manifest has been retried 5 time(s)."

    def start(self, workers: Workers) -> str:
        workers.seed_ready()
        job = workers.container.single_jobs.about_identity(
            Principal("ada"),
            JobType.CONNECTION_TEST,
            workers.zone_id,
            workers.identity.identity_id,
            runner=workers.runner_id,
            idempotency_key=None,
        )
        attempt = workers.container.job_store.attempt(job.job_id, 1)
        assert attempt is not None and attempt.task_arn is not None
        workers.tasks.ended_unheard[attempt.task_arn] = self.REASON
        return job.job_id

    def test_is_known_within_a_pass_and_tried_again(self, workers: Workers) -> None:
        job_id = self.start(workers)
        assert workers.reconcile().ended_attempts == [job_id]
        first = workers.container.job_store.attempt(job_id, 1)
        job = workers.container.job_store.get(job_id)
        assert first is not None and first.stop_reason == self.REASON
        assert job is not None and (job.status, job.attempt) == ("QUEUED", 2)

    def test_and_is_the_reason_in_the_end(self, workers: Workers) -> None:
        job_id = self.start(workers)
        for _ in range(3):
            workers.tasks.ended_unheard |= dict.fromkeys(self.arns(workers), self.REASON)
            workers.reconcile()
        job = workers.container.job_store.get(job_id)
        assert job is not None and job.status == "FAILED" and job.error is not None
        assert "CannotPullContainerError" in job.error.message

    def arns(self, workers: Workers) -> list[str]:
        return [
            f"arn:aws:ecs:eu-west-1:000000000000:task/alethia/{task.attempt_id}"
            for task in workers.tasks.started
        ]
