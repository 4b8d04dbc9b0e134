"""Credentials that prove nothing: one error shape, no side effect, and an entry in the audit."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from alethia.embedded.gateway import Gateway
from chalicelib.domain.audit import AuditEntry
from chalicelib.domain.runner import RunnerKind
from chalicelib.services.job_tokens import AUDIENCE, LIFETIME
from chalicelib.services.paging import PageRequest
from tests.support.api import ISSUER, JOB_SECRET, Api, Client, Reply
from tests.support.runs import World

STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def api(world: World) -> Api:
    """The routes over a world whose plan's job is being worked on."""
    from app import app

    world.plan()
    world.claim()
    return Api(Gateway(app), world.container)


def refusals(api: Api, zone_id: str | None) -> list[AuditEntry]:
    """Refused tokens of a zone (`None`: of nobody's)."""
    page = api.container.audit_store.of_zone(zone_id or "PLATFORM", PageRequest(limit=100))
    return [entry for entry in page.items if entry.action == "token.refused"]


def assert_refused(reply: Reply, status: int) -> None:
    assert reply.status == status, reply.body
    assert set(reply.error) == {"code", "message", "field", "problems", "details", "request_id"}


def signed(api: Api, **changes: Any) -> str:
    """A token by the issuer's own key, with other claims than it would make."""
    issuer = api.container.issuer
    now = api.container.clock.now()
    valid = {"iss": ISSUER, "aud": "alethia", "sub": "ada", "exp": now + timedelta(hours=1)}
    headers = {"kid": jwt.get_unverified_header(issuer.sign_in("ada"))["kid"]}
    return jwt.encode(valid | changes, issuer._key, algorithm="RS256", headers=headers)


def foreign(api: Api, **header: Any) -> str:
    """A token by a key that the issuer does not publish; `header` may say otherwise."""
    kid = jwt.get_unverified_header(api.container.issuer.sign_in("ada"))["kid"]
    claims = jwt.decode(signed(api), options={"verify_signature": False})
    return jwt.encode(claims, STRANGER, algorithm="RS256", headers={"kid": kid, **header})


def without_signature(api: Api, algorithm: object = "none") -> str:
    _, body, _ = signed(api).split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).decode().rstrip("=")
    return f"{head}.{body}."


PEOPLE: dict[str, tuple[Callable[[Api], str], str]] = {
    "expired": (
        lambda api: signed(api, exp=api.container.clock.now() - timedelta(minutes=1)),
        "has expired",
    ),
    "for another audience": (lambda api: signed(api, aud="somebody"), "another audience"),
    "from another issuer": (lambda api: signed(api, iss="https://evil.test"), "another issuer"),
    "signed by a stranger under a known kid": (foreign, "does not verify"),
    "signed by an unknown key": (lambda api: foreign(api, kid="k-unknown"), "does not publish"),
    "signed by nobody": (without_signature, "not signed with RS256 or ES256"),
    "signed by no word": (
        lambda api: without_signature(api, ["RS256"]),
        "not signed with RS256 or ES256",
    ),
    "symmetric": (
        lambda api: jwt.encode({"sub": "ada"}, "k" * 32, algorithm="HS256"),
        "not signed with RS256 or ES256",
    ),
    "no JWT": (lambda api: "hunter2-canary", "is not a JWT"),
}


def test_peoples_tokens_that_prove_nobody(api: Api) -> None:
    for kind, (make, said) in PEOPLE.items():
        token = make(api)
        assert_refused(Client(api.gateway, f"Bearer {token}").post("/api/zones", {"name": "x"}), 401)
        kept = next(entry for entry in refusals(api, None) if said in str(entry.reason))
        assert (kept.actor, kept.subject, kept.outcome) == ("nobody", "bearer", "refused"), kind
        assert kept.origin.route == "POST /api/zones"
        assert token not in kept.model_dump_json()


def test_other_credentials_that_prove_nothing(world: World, api: Api) -> None:
    before = world.job
    for credential, subject in (
        ("Runner platform.hunter2-canary", "runner:platform"),
        ("Runner nobody.hunter2-canary", "runner:nobody"),
        ("Runner hunter2 canary", "runner"),
        ("Job hunter2-canary", "job"),
        ("Basic hunter2-canary", "unknown"),
        ("hunter2-canary", "unknown"),
    ):
        reply = Client(api.gateway, credential).post(f"/api/jobs/{world.job.job_id}/claim", {})
        assert_refused(reply, 401)
        assert subject in {entry.subject for entry in refusals(api, None)}
    assert "canary" not in str(refusals(api, None))
    assert {entry.actor for entry in refusals(api, None)} == {"nobody"}
    assert world.job == before


def test_a_flood_of_one_kind_is_one_entry_a_minute(world: World, api: Api) -> None:
    for number in range(20):
        Client(api.gateway, f"Job forged-{number}").get(f"/api/jobs/{world.job.job_id}/state")
    assert len(refusals(api, None)) == 1
    world.clock.advance(minutes=1)
    Client(api.gateway, "Job forged").get(f"/api/jobs/{world.job.job_id}/state")
    assert len(refusals(api, None)) == 2


def job_token(world: World, job_id: str, attempt: int = 1) -> str:
    return f"Job {world.container.job_tokens.issue(job_id, attempt, 'platform')}"


def test_an_expired_job_token_is_kept_in_its_jobs_zone(world: World, api: Api) -> None:
    job_id, token = world.job.job_id, job_token(world, world.job.job_id)
    world.clock.advance(seconds=LIFETIME.total_seconds() + 1)
    reply = Client(api.gateway, token).post(f"/api/jobs/{job_id}/data-keys", {})
    assert_refused(reply, 401)
    assert "expired" in reply.error["message"]
    (kept,) = refusals(api, world.zone_id)
    assert (kept.actor, kept.subject) == (f"job:{job_id}-1", job_id)


def test_a_job_token_with_other_claims_is_none(world: World, api: Api) -> None:
    valid = {"aud": AUDIENCE, "exp": 9999999999, "job_id": world.job.job_id, "attempt": 1, "runner": "r"}
    wrong: tuple[dict[str, Any], ...] = (
        {"aud": "other"},
        {"exp": None},
        {"job_id": None},
        {"attempt": "one"},
    )
    for claims in wrong:
        said = {name: value for name, value in (valid | claims).items() if value is not None}
        token = jwt.encode(said, JOB_SECRET, algorithm="HS256")
        assert_refused(Client(api.gateway, f"Job {token}").get(f"/api/jobs/{world.job.job_id}/state"), 401)
    assert [entry.subject for entry in refusals(api, None)] == ["job"]


def test_another_jobs_and_another_attempts_token(world: World, api: Api) -> None:
    job_id, before = world.job.job_id, (world.run, world.job, world.spec)
    beat = {"attempt": 1, "phase": "plan"}
    path = f"/api/jobs/{job_id}/heartbeat"
    assert_refused(Client(api.gateway, job_token(world, job_id, 2)).post(path, beat), 403)
    assert_refused(Client(api.gateway, job_token(world, job_id)).post("/api/jobs/job-x/heartbeat", beat), 404)
    assert_refused(Client(api.gateway, job_token(world, "job-of-mallory")).post(path, beat), 404)
    kept = [(entry.actor, entry.reason) for entry in refusals(api, world.zone_id)]
    assert sorted(kept) == [
        (f"job:{job_id}-1", "It was shown for another job."),
        (f"job:{job_id}-2", "It was shown for another attempt."),
    ]
    assert refusals(api, None)[0].actor == "job:job-of-mallory-1"
    assert (world.run, world.job, world.spec) == before


HAND_OUTS = {
    "data-keys": {"attempt": 1, "purpose": "plan"},
    "uploads": {"attempt": 1, "name": "z/p/terraform.tfstate/plan/x", "sha256": "a" * 64, "size": 1},
    "downloads": {"attempt": 1, "key": "zone/x"},
    "cloud-credentials": {"attempt": 1},
    "cloud-token": {"attempt": 1},
    "git-token": {"attempt": 1, "repository": "https://github.com/acme/apps"},
}


def test_a_finished_attempts_token_is_handed_nothing(world: World, api: Api) -> None:
    job_id, token = world.job.job_id, job_token(world, world.job.job_id)
    world.report_plan()
    for route, body in HAND_OUTS.items():
        assert_refused(Client(api.gateway, token).post(f"/api/jobs/{job_id}/{route}", body), 403)
        world.clock.advance(minutes=1)
    kept = refusals(api, world.zone_id)
    assert [(entry.actor, entry.subject) for entry in kept] == [(f"job:{job_id}-1", job_id)] * len(HAND_OUTS)


def test_a_finished_attempts_token_changes_nothing(world: World, api: Api) -> None:
    job_id, token = world.job.job_id, job_token(world, world.job.job_id)
    world.report_plan()
    before = (world.run, world.job, world.spec)
    stored = {"key": "z/x", "sha256": "a" * 64, "size": 1}
    locked = {"attempt": 1, "lock_id": "l-1", "epoch": 0}
    version = {"serial": 1, "lineage": "l", "sha256": "a" * 64, "resources": 0, "object": stored}
    for route, body in {
        "heartbeat": {"attempt": 1, "phase": "plan"},
        "state/lock": {"attempt": 1, "lock": {"id": "l-1"}},
        "state/unlock": locked,
        "state/commit": locked | version,
    }.items():
        assert_refused(Client(api.gateway, token).post(f"/api/jobs/{job_id}/{route}", body), 403)
        world.clock.advance(minutes=1)
    assert len(refusals(api, world.zone_id)) == 4
    assert (world.run, world.job, world.spec) == before


def test_a_good_credential_on_a_route_for_others(world: World, api: Api) -> None:
    """It is refused in a sentence that says whom the route is for, and kept where its owner can read it."""
    job_id = world.job.job_id
    plain = f"/api/zones/{world.zone_id}"
    assert_refused(Client(api.gateway, job_token(world, job_id)).get(plain), 403)
    (of_job,) = refusals(api, world.zone_id)
    assert (of_job.actor, of_job.subject) == (f"job:{job_id}-1", job_id)
    person = Client(api.gateway, f"Bearer {api.container.issuer.sign_in('ada')}")
    assert_refused(person.post(f"/api/jobs/{job_id}/claim", {}), 403)
    runner = api.container.runner_credentials.register("theirs", kind=RunnerKind.SELF_HOSTED, name="Theirs")
    assert_refused(Client(api.gateway, f"Runner {runner}").get(plain), 403)
    assert {entry.actor for entry in refusals(api, None)} == {"user:ada", "runner:theirs"}
