"""States, objects and reviews over HTTP, as runners and people meet them."""

import base64
import hashlib
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.adapters.dynamodb.rows import PLAN_SK, job_row
from chalicelib.adapters.dynamodb.tables import AttemptRow, PlanRow, attempt_sk, job_pk
from chalicelib.domain.envelope import new_header, pack
from chalicelib.domain.plan import (
    CostEstimate,
    PlanManifest,
    PlanResult,
    PlanSummary,
    ReviewPage,
    StoredObject,
)
from chalicelib.services.ports.clock import unix
from chalicelib.services.ports.jobs import JobRecord
from tests.support.api import Api, Client
from tests.support.builders import HASH, a_plan_job
from tests.support.s3 import TestKms, TestStore
from tests.support.states import CANARY, a_state

WHY = "the database change was wrong"


class World:
    """A spec of ada's and a job that works on it, over HTTP."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.ada = api.as_user("ada")
        self.spec = api.a_stored_spec()
        self.spec_id = self.spec["spec_id"]

    def a_job(self, **changes: Any) -> str:
        lease = unix(self.api.container.clock.now()) + 300
        fields = {
            "spec_id": self.spec_id,
            "zone_id": self.spec["zone_id"],
            "status": "PROCESSING",
            "attempt": 1,
        }
        job = a_plan_job(**{**fields, "lease_expires_at": lease, **changes})
        job_row(JobRecord.model_validate(job.model_dump())).save()
        AttemptRow(
            job_pk(job.job_id), attempt_sk(1), number=1, runner="platform", dispatched_at=job.created_at
        ).save()
        return job.job_id

    def upload(self, client: Client, job_id: str, clear: bytes, purpose: str = "state") -> dict[str, Any]:
        key = client.post(f"/api/jobs/{job_id}/data-keys", {"attempt": 1, "purpose": purpose}).json
        header = new_header(
            context=key["context"], nonce=bytes(12), wrapped_key=base64.b64decode(key["wrapped_key"])
        )
        cipher = AESGCM(base64.b64decode(key["key"]))
        sealed = pack(header, cipher.encrypt(bytes(12), clear, header.encoded()))
        digest = hashlib.sha256(sealed).hexdigest()
        body = {"attempt": 1, "name": key["name"], "sha256": digest, "size": len(sealed)}
        upload = client.post(f"/api/jobs/{job_id}/uploads", body).json
        httpx.put(upload["url"], content=sealed, headers=upload["headers"]).raise_for_status()
        stored: dict[str, Any] = upload["object"]
        return stored

    def commit(self, client: Client, job_id: str, epoch: int, serial: int) -> dict[str, Any]:
        clear = a_state(serial, orders={"serial": serial})
        body = {
            "attempt": 1, "lock_id": "l-1", "epoch": epoch, "serial": serial,
            "lineage": "3f1d4a52-0b1e-4c55-9d0a-6a1a5f0c7a11", "resources": 1,
            "sha256": hashlib.sha256(clear).hexdigest(), "object": self.upload(client, job_id, clear),
        }  # fmt: skip
        answer = client.post(f"/api/jobs/{job_id}/state/commit", body)
        assert answer.status == 200, answer.body
        return body


@pytest.fixture
def world(api: Api, supabase: TestStore, kms: TestKms) -> World:
    api.container.__dict__.update(object_store=supabase.store, keys=kms.keys)
    return World(api)


def test_a_runner_locks_reads_commits_and_unlocks(world: World) -> None:
    job_id = world.a_job()
    runner = world.api.as_job(job_id)
    lock = {"attempt": 1, "lock": {"id": "l-1", "operation": "OperationTypeApply"}}
    assert runner.get(f"/api/jobs/{job_id}/state").json == {"version": None, "epoch": 0}
    assert runner.post(f"/api/jobs/{job_id}/state/lock", lock).json == {"epoch": 1}

    second = world.a_job()
    refused = world.api.as_job(second).post(
        f"/api/jobs/{second}/state/lock", {"attempt": 1, "lock": {"id": "l-2"}}
    )
    assert refused.status == 423
    assert refused.error["code"] == "StateLocked"
    assert refused.error["details"]["holder"]["id"] == "l-1"

    body = world.commit(runner, job_id, epoch=1, serial=1)
    repeat = runner.post(f"/api/jobs/{job_id}/state/commit", body)
    assert repeat.json == {"late": False, "serial": 1}
    version = runner.get(f"/api/jobs/{job_id}/state").json["version"]
    url = runner.post(f"/api/jobs/{job_id}/downloads", {"attempt": 1, "key": version["object"]["key"]}).json[
        "url"
    ]
    assert hashlib.sha256(httpx.get(url).content).hexdigest() == version["object"]["sha256"]

    unlock = {"attempt": 1, "lock_id": "l-1", "epoch": 1}
    for _ in range(2):
        assert runner.post(f"/api/jobs/{job_id}/state/unlock", unlock).status == 204


def test_a_token_is_good_for_its_own_job_and_attempt(world: World) -> None:
    job_id, other = world.a_job(), world.a_job()
    runner = world.api.as_job(job_id)
    assert runner.get(f"/api/jobs/{other}/state").status == 404
    lock = {"attempt": 2, "lock": {"id": "l-1"}}
    assert runner.post(f"/api/jobs/{job_id}/state/lock", lock).status == 403
    assert world.ada.get(f"/api/jobs/{job_id}/state").status == 403
    assert world.api.nobody.get(f"/api/jobs/{job_id}/state").status == 401


def test_people_look_compare_go_back_and_break_locks(world: World) -> None:
    job_id = world.a_job()
    runner = world.api.as_job(job_id)
    state = f"/api/specs/{world.spec_id}/state"
    lock = {"attempt": 1, "lock": {"id": "l-1", "operation": "OperationTypeApply"}}
    runner.post(f"/api/jobs/{job_id}/state/lock", lock)
    for serial in (1, 2):
        world.commit(runner, job_id, epoch=1, serial=serial)

    view = world.ada.get(state).json
    assert (view["version"]["serial"], view["lock"]["safe_to_break"]) == (2, False)
    new, old = (item["version_id"] for item in world.ada.get(f"{state}/versions").json["items"])
    assert world.ada.get(f"{state}/versions/{old}").json["version"]["serial"] == 1

    diff = world.ada.get(f"{state}/diff", before=old, after=new)
    assert diff.json["diff"]["changed"] == [{"address": "aws_sqs_queue.orders", "attributes": ["serial"]}]
    assert CANARY not in diff.body.decode()

    back = {"version_id": old, "head_version_id": new, "reason": WHY}
    assert world.ada.post(f"{state}/rollback", back).status == 423
    broken = {"lock_id": "l-1", "reason": WHY}
    assert world.ada.post(f"{state}/break-lock", broken).status == 409
    for _ in range(2):
        answer = world.ada.post(f"{state}/break-lock", {**broken, "even_if_alive": True}, idempotency_key="k")
        assert (answer.status, answer.json["lock"]) == (200, None)
    for _ in range(2):
        answer = world.ada.post(f"{state}/rollback", back, idempotency_key="k")
        assert (answer.status, answer.json["version"]["serial"]) == (200, 3)

    assert world.ada.get(f"{state}/pull").status == 422
    pulled = world.ada.get(f"{state}/pull", reason=WHY)
    assert pulled.json["state"].encode() == a_state(1, orders={"serial": 1}).replace(
        b'"serial": 1,\n  "lineage"', b'"serial": 3,\n  "lineage"'
    )
    kinds = [act["kind"] for act in world.ada.get(f"{state}/acts").json["items"]]
    assert sorted(kinds) == ["break_lock", "diff", "pull", "roll_back"]
    fenced = runner.post(f"/api/jobs/{job_id}/state/commit", {
        "attempt": 1, "lock_id": "l-1", "epoch": 1, "serial": 9, "lineage": "l", "sha256": "0" * 64,
        "resources": 0, "object": world.upload(runner, job_id, a_state(9)),
    })  # fmt: skip
    assert (fenced.status, fenced.error["code"]) == (409, "Fenced")


def test_strangers_find_nothing(world: World) -> None:
    eve = world.api.as_user("eve")
    state = f"/api/specs/{world.spec_id}/state"
    for path in (state, f"{state}/versions", f"{state}/versions/x", f"{state}/acts"):
        assert eve.get(path).status == 404
    assert eve.get(f"{state}/pull", reason=WHY).status == 404
    assert eve.post(f"{state}/break-lock", {"lock_id": "x", "reason": WHY}).status == 404


def test_a_plans_review_comes_page_by_page_and_the_log_in_slices(world: World) -> None:
    job_id = world.a_job()
    runner = world.api.as_job(job_id)
    pages = [ReviewPage(number=number, pages=2, resources=[]) for number in (1, 2)]
    review = [world.upload(runner, job_id, page.model_dump_json().encode(), "review") for page in pages]
    artifact = StoredObject(key="k", sha256=HASH, size=1)
    manifest = PlanManifest(
        config_hash=HASH, plan_sha256=HASH, template_digest=HASH, provider_lock_digest=HASH,
        terraform_version="1.11.4", state_lineage=None, state_serial=0, artifact=artifact,
    )  # fmt: skip
    result = PlanResult(
        manifest=manifest, summary=PlanSummary(), has_changes=False, review=review,
        cost=CostEstimate(not_estimated="no key"),
    )  # fmt: skip
    PlanRow(job_pk(job_id), PLAN_SK, result=result.model_dump(mode="json")).save()
    assert world.ada.get(f"/api/jobs/{job_id}/plan/pages/2").json == pages[1].model_dump(mode="json")
    for number in ("0", "3", "x"):
        assert world.ada.get(f"/api/jobs/{job_id}/plan/pages/{number}").status == 404
    assert world.api.as_user("eve").get(f"/api/jobs/{job_id}/plan/pages/1").status == 404

    text = "zwölf Boxkämpfer\n" * 100_000
    assert world.ada.get(f"/api/jobs/{job_id}/log").status == 404
    log = world.upload(runner, job_id, text.encode(), "log")
    ended = world.a_job(status="SUCCESS")
    row = job_row(JobRecord.model_validate({**a_plan_job(
        job_id=ended, spec_id=world.spec_id, zone_id=world.spec["zone_id"], status="SUCCESS"
    ).model_dump(), "log": log}))  # fmt: skip
    row.save()
    read, offset = "", 0
    while offset is not None:
        part = world.ada.get(f"/api/jobs/{ended}/log", offset=offset).json
        read, offset = read + part["text"], part["next_offset"]
    assert read == text
