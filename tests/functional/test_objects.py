"""What a runner may get keys for, put, read and open: its own, its spec's states, the plan it applies."""

import base64

import httpx
import pytest

from chalicelib.adapters.dynamodb.audit import DynamoAudit
from chalicelib.domain.envelope import unpack
from chalicelib.domain.errors import Forbidden, InvalidInput, NotFound
from chalicelib.domain.lifecycle.job import JobStatus
from chalicelib.domain.messages import ObjectPurpose
from chalicelib.domain.plan import StoredObject
from chalicelib.domain.store_names import name_of
from chalicelib.domain.words import JobType
from chalicelib.services.paging import PageRequest
from tests.support.builders import FakeClock
from tests.support.dynamodb import Tables
from tests.support.s3 import TestKms, TestStore
from tests.support.states import Runner, StateWorld, a_state

NOT_STATE = [purpose for purpose in ObjectPurpose if purpose is not ObjectPurpose.STATE]
ENDED = (JobStatus.SUCCESS, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.QUEUED)


@pytest.fixture
def world(tables: Tables, s3_store: TestStore, kms: TestKms) -> StateWorld:
    return StateWorld(s3_store, kms, FakeClock())


def opened(runner: Runner, stored: StoredObject) -> bytes:
    """Read an object as a runner does: presigned GET, key through the API."""
    url = runner.world.objects.download(runner.caller, stored.key).url
    header, head, ciphertext = unpack(httpx.get(url, verify=False).content)
    key = runner.world.objects.open_key(runner.caller, header.context, header.wrapped_key)
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(base64.b64decode(key.key)).decrypt(base64.b64decode(header.nonce), ciphertext, head)


@pytest.mark.parametrize("purpose", list(ObjectPurpose))
def test_what_a_runner_sealed_and_put_it_can_read_again(world: StateWorld, purpose: ObjectPurpose) -> None:
    runner = world.a_runner()
    stored = runner.upload(b"clear", purpose)
    assert stored.key.startswith(f"{world.spec.state_key}/{purpose}/{runner.caller.job_id}-1-0001.")
    assert opened(runner, stored) == b"clear"
    assert b"clear" not in world.store.everything()


def test_a_deploy_reads_the_plan_that_it_applies_and_no_other(world: StateWorld) -> None:
    plan, other = world.a_runner(JobType.PLAN), world.a_runner(JobType.PLAN)
    wanted, unwanted = (runner.upload(b"plan", ObjectPurpose.PLAN) for runner in (plan, other))
    deploy = world.a_runner(JobType.DEPLOY, plan_job_id=plan.caller.job_id)
    assert opened(deploy, wanted) == b"plan"
    with pytest.raises(NotFound):
        deploy.world.objects.download(deploy.caller, unwanted.key)


def test_any_job_of_the_spec_reads_its_states(world: StateWorld) -> None:
    stored = world.a_runner().upload(a_state(1))
    assert opened(world.a_runner(JobType.PLAN), stored) == a_state(1)


def test_another_specs_objects_do_not_exist(world: StateWorld) -> None:
    theirs = world.a_runner(spec=world.a_spec(project_name="books")).upload(a_state(1))
    mine = world.a_runner()
    with pytest.raises(NotFound):
        world.objects.download(mine.caller, theirs.key)
    header, _, _ = unpack(world.store.store.get(theirs.key))
    with pytest.raises(NotFound):
        world.objects.open_key(mine.caller, header.context, header.wrapped_key)


def test_a_foreign_key_under_an_own_name_is_refused(world: StateWorld) -> None:
    runner = world.a_runner()
    theirs = world.a_runner(spec=world.a_spec(project_name="books")).upload(a_state(1))
    header, _, _ = unpack(world.store.store.get(theirs.key))
    own = unpack(world.store.store.get(runner.upload(a_state(1)).key))[0].context
    with pytest.raises(InvalidInput):
        world.objects.open_key(runner.caller, own, header.wrapped_key)
    with pytest.raises(InvalidInput):
        world.objects.open_key(runner.caller, own, "no base64!")


@pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", "a/b#c", "zone/./state"])
def test_keys_that_nobody_made_do_not_exist(world: StateWorld, key: str) -> None:
    with pytest.raises(NotFound):
        world.objects.download(world.a_runner().caller, key)


@pytest.mark.parametrize(
    "name", ["", "state", "zone-9/shop/terraform.tfstate/state/job-1-1-0001", "a/b/state/../x"]
)
def test_an_upload_needs_the_name_that_came_with_the_key(world: StateWorld, name: str) -> None:
    with pytest.raises(InvalidInput):
        world.objects.upload(world.a_runner().caller, name, "0" * 64, 1)


def test_an_upload_under_another_attempts_name_is_refused(world: StateWorld) -> None:
    first = world.a_runner(JobType.PLAN)
    stored = first.upload(b"x", ObjectPurpose.PLAN)
    second = world.a_runner(JobType.PLAN, job_id=first.caller.job_id, attempt=2)
    with pytest.raises(InvalidInput):
        world.objects.upload(second.caller, name_of(stored.key), "0" * 64, 1)


@pytest.mark.parametrize("status", ENDED)
def test_an_attempt_that_is_over_writes_nothing_more(world: StateWorld, status: JobStatus) -> None:
    late = world.a_runner(status=status)
    for purpose in NOT_STATE:
        with pytest.raises(Forbidden):
            late.upload(b"late", purpose)


@pytest.mark.parametrize("status", ENDED)
def test_but_its_last_state(world: StateWorld, status: JobStatus) -> None:
    zombie = world.a_runner(status=status)
    assert opened(zombie, zombie.upload(a_state(1))) == a_state(1)


def test_asked_twice_for_one_name_gives_two_keys_and_two_objects(world: StateWorld) -> None:
    runner = world.a_runner()
    keys = [world.objects.data_key(runner.caller, ObjectPurpose.PLAN, 1) for _ in range(2)]
    assert keys[0].name == keys[1].name
    assert keys[0].key != keys[1].key
    assert keys[0].key not in repr(keys[0])


def test_an_attempt_that_reported_gets_nothing_at_all(world: StateWorld) -> None:
    runner = world.a_runner()
    stored = runner.upload(a_state(1))
    world.change_job(runner.caller.job_id, status="SUCCESS", reported_attempt=1)
    for ask in (
        lambda: world.objects.download(runner.caller, stored.key),
        lambda: world.objects.data_key(runner.caller, ObjectPurpose.STATE, 2),
        lambda: world.objects.upload(runner.caller, name_of(stored.key), stored.sha256, 1),
    ):
        with pytest.raises(Forbidden, match="attempt is over"):
            ask()
    told = DynamoAudit().of_zone(world.spec.zone_id, PageRequest()).items
    (kept,) = [entry for entry in told if entry.action == "token.refused"]
    assert (kept.actor, kept.outcome) == (f"job:{runner.caller.job_id}-1", "refused")
