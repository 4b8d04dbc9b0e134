"""A zone's runners as its people meet them: a credential shown once, and a way out of service."""

import pytest

from chalicelib.domain.job import ANY_RUNNER
from chalicelib.domain.runner import RunnerKind
from tests.support.api import Api, Client
from tests.support.runners import Tenant, a_tenant


@pytest.fixture
def tenant(api: Api) -> Tenant:
    return a_tenant(api)


def path(tenant: Tenant, *more: str) -> str:
    return "/".join([f"/api/zones/{tenant.zone_id}/runners", *more])


def knocks(api: Api, credential: str) -> int:
    return (
        Client(api.gateway, f"Runner {credential}")
        .post("/api/runners/poll", {"runner_version": "1", "slots": 1})
        .status
    )


class TestRegistering:
    def test_the_credential_is_shown_once_and_kept_as_its_hash(self, api: Api, tenant: Tenant) -> None:
        made = tenant.admin.post(path(tenant), {"name": "build-7"})
        assert made.status == 201
        runner, credential = made.json["runner"], made.json["credential"]
        assert credential.startswith(runner["runner_id"] + ".")
        assert (runner["status"], runner["kind"], runner["jobs"]) == ("OFFLINE", "self-hosted", [])
        assert knocks(api, credential) == 200
        record = api.container.runners.get(runner["runner_id"])
        assert credential.split(".")[1] not in str(record)
        for answer in (tenant.admin.get(path(tenant)), tenant.admin.get(path(tenant, runner["runner_id"]))):
            assert credential.split(".")[1] not in answer.body.decode()
            assert "credential" not in answer.body.decode()

    def test_the_same_request_again_finds_the_runner_and_says_how_to_rotate(self, tenant: Tenant) -> None:
        first = tenant.admin.post(path(tenant), {"name": "build-7"}, idempotency_key="k")
        again = tenant.admin.post(path(tenant), {"name": "build-7"}, idempotency_key="k")
        assert again.status == 201
        assert again.json["runner"] == first.json["runner"]
        assert again.json["credential"] is None
        assert f"alethia runner rotate {first.json['runner']['runner_id']}" in again.json["note"]
        other = tenant.admin.post(path(tenant), {"name": "build-8"}, idempotency_key="k")
        assert other.status == 409
        assert len(tenant.audited("runner.registered")) == 1

    def test_what_does_not_fit_is_named(self, tenant: Tenant) -> None:
        wrong: list[tuple[dict[str, str], str]] = [
            ({"name": ""}, "name"),
            ({"name": "x" * 65}, "name"),
            ({"name": "a\nb"}, "name"),
            ({}, "name"),
            ({"name": "b", "kind": "fargate"}, "kind"),
            ({"name": "b", "kind": "mainframe"}, "kind"),
            ({"name": "b", "credential": "mine"}, "credential"),
        ]
        for body, field in wrong:
            answer = tenant.admin.post(path(tenant), body)
            assert answer.status == 422, body
            assert field in answer.problems, body

    def test_it_is_audited_without_the_secret(self, tenant: Tenant) -> None:
        runner = tenant.register()
        (entry,) = tenant.audited("runner.registered")
        assert (entry["actor"], entry["subject"]) == ("user:ada", runner.runner_id)
        assert entry["after"] == {"name": "build-7", "kind": "self-hosted"}
        assert runner.credential not in str(entry)


class TestList:
    def test_everybody_sees_the_zones_own_and_the_platforms(self, api: Api, tenant: Tenant) -> None:
        api.container.runner_credentials.register("platform", kind=RunnerKind.FARGATE, name="Platform")
        runners = [tenant.register(f"build-{number}") for number in range(3)]
        a_tenant(api, "bob").register("theirs")
        listed = tenant.admin.get(path(tenant)).json["items"]
        assert [one["runner_id"] for one in listed] == [
            *sorted((one.runner_id for one in runners), key=lambda it: _made(api, it), reverse=True),
            "platform",
        ]
        assert listed[-1]["status"] == "ONLINE"

    def test_its_pages_hold_each_runner_once(self, api: Api, tenant: Tenant) -> None:
        api.container.runner_credentials.register("platform", kind=RunnerKind.FARGATE, name="Platform")
        wanted = {tenant.register(f"build-{number}").runner_id for number in range(3)} | {"platform"}
        for limit in (1, 2, 3, 4):
            assert sorted(walk(tenant, limit)) == sorted(wanted), limit

    def test_a_runner_is_online_while_it_asks(self, tenant: Tenant) -> None:
        runner = tenant.register()
        assert tenant.shown(runner.runner_id)["status"] == "OFFLINE"
        runner.poll(slots=3)
        shown = tenant.shown(runner.runner_id)
        assert (shown["status"], shown["slots"], shown["version"]) == ("ONLINE", 3, "1")

    def test_its_jobs_are_those_that_wait_for_it_and_those_in_hand(self, tenant: Tenant) -> None:
        runner = tenant.register()
        waiting, taken = tenant.job(runner.runner_id), tenant.job(ANY_RUNNER)
        assert runner.claim(taken).status == 200
        jobs = {job["job_id"]: job["status"] for job in tenant.shown(runner.runner_id)["jobs"]}
        assert jobs == {waiting: "QUEUED", taken: "CLAIMED"}

    def test_the_platforms_runner_shows_this_zones_jobs_only(self, api: Api, tenant: Tenant) -> None:
        api.container.runner_credentials.register("platform", kind=RunnerKind.FARGATE, name="Platform")
        other = a_tenant(api, "bob")
        theirs = other.job("platform")
        assert tenant.shown("platform")["jobs"] == []
        assert [job["job_id"] for job in other.shown("platform")["jobs"]] == [theirs]


class TestRotating:
    def test_the_old_credential_ends(self, api: Api, tenant: Tenant) -> None:
        runner = tenant.register()
        answer = tenant.admin.post(path(tenant, runner.runner_id, "rotate"))
        assert answer.status == 200
        assert knocks(api, answer.json["credential"]) == 200
        assert knocks(api, runner.credential) == 401
        (entry,) = tenant.audited("runner.rotated")
        assert answer.json["credential"].split(".")[1] not in str(entry)


class TestDraining:
    def test_it_takes_nothing_and_finishes_what_it_has(self, api: Api, tenant: Tenant) -> None:
        runner = tenant.register()
        taken, waiting = tenant.job(), tenant.job()
        assert runner.claim(taken).status == 200
        drained = tenant.admin.post(path(tenant, runner.runner_id, "drain"))
        assert drained.json["status"] == "DRAINING"
        answer = runner.poll(slots=5)
        assert (answer.offers, answer.draining) == ([], True)
        refused = runner.claim(waiting)
        assert (refused.status, refused.error["code"]) == (409, "Fenced")
        assert len(tenant.audited("claim.refused")) == 1
        heartbeat = api.as_job(taken, 1, runner.runner_id).post(
            f"/api/jobs/{taken}/heartbeat", {"attempt": 1, "phase": "inspect"}
        )
        assert heartbeat.status == 200

    def test_undrained_it_takes_jobs_again(self, tenant: Tenant) -> None:
        runner = tenant.register()
        job = tenant.job()
        tenant.admin.post(path(tenant, runner.runner_id, "drain"))
        tenant.admin.post(path(tenant, runner.runner_id, "undrain"))
        assert runner.offered() == [job]

    def test_twice_is_once(self, tenant: Tenant) -> None:
        runner = tenant.register()
        for _ in range(2):
            assert tenant.admin.post(path(tenant, runner.runner_id, "drain")).status == 200
        (entry,) = tenant.audited("runner.drained")
        assert (entry["before"], entry["after"]) == ({"draining": False}, {"draining": True})


class TestDeleting:
    def test_one_with_jobs_is_kept_until_it_is_drained(self, api: Api, tenant: Tenant) -> None:
        runner = tenant.register()
        taken = tenant.job()
        tenant.job(runner.runner_id)
        runner.claim(taken)
        refused = tenant.admin.delete(path(tenant, runner.runner_id))
        assert refused.status == 409
        assert "1 in hand and 1 waiting for it" in refused.error["message"]
        assert "Drain it first" in refused.error["message"]
        tenant.admin.post(path(tenant, runner.runner_id, "drain"))
        assert tenant.admin.delete(path(tenant, runner.runner_id)).status == 204
        assert tenant.admin.get(path(tenant, runner.runner_id)).status == 404
        assert tenant.admin.get(path(tenant)).json["items"] == []
        assert knocks(api, runner.credential) == 401
        assert len(tenant.audited("runner.deleted")) == 1

    def test_its_answer_to_a_cached_sign_in_is_the_same(self, tenant: Tenant) -> None:
        """API Gateway may let the credential pass for a minute; the service does not."""
        runner = tenant.register()
        job = tenant.job()
        runner.poll()
        tenant.admin.delete(path(tenant, runner.runner_id))
        poll = runner.client.post("/api/runners/poll", {"runner_version": "1", "slots": 1})
        assert (poll.status, "was deleted" in poll.error["message"]) == (401, True)
        assert runner.claim(job).status == 404

    def test_the_platforms_is_not_a_zones_to_change(self, api: Api, tenant: Tenant) -> None:
        api.container.runner_credentials.register("platform", kind=RunnerKind.FARGATE, name="Platform")
        for answer in (
            tenant.admin.delete(path(tenant, "platform")),
            tenant.admin.post(path(tenant, "platform", "rotate")),
            tenant.admin.post(path(tenant, "platform", "drain")),
        ):
            assert answer.status == 403


def test_another_tenants_runner_is_nothing(api: Api, tenant: Tenant) -> None:
    theirs = a_tenant(api, "bob").register()
    assert tenant.admin.get(path(tenant, theirs.runner_id)).status == 404
    for verb in ("rotate", "drain", "undrain"):
        assert tenant.admin.post(path(tenant, theirs.runner_id, verb)).status == 404
    assert tenant.admin.delete(path(tenant, theirs.runner_id)).status == 404


def walk(tenant: Tenant, limit: int) -> list[str]:
    """Ids of every page's runners."""
    found: list[str] = []
    query = {"limit": str(limit)}
    for _ in range(6):
        page = tenant.admin.get(path(tenant), **query).json
        assert len(page["items"]) <= limit
        found += [one["runner_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]
    raise AssertionError("the list does not end")


def _made(api: Api, runner_id: str) -> str:
    runner = api.container.runners.get(runner_id)
    assert runner is not None
    return f"{runner.created_at}#{runner_id}"
