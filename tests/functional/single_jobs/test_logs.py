"""The log of a job about a linked account is archived beside the account, and read back by its people."""

import pytest

from chalicelib.domain.errors import NotFound
from chalicelib.domain.messages import ObjectPurpose
from chalicelib.domain.words import JobType, Role
from tests.support.builders import FakeClock
from tests.support.dynamodb import Tables
from tests.support.s3 import TestKms, TestStore
from tests.support.states import Runner, StateWorld

pytestmark = pytest.mark.parametrize("s3_store", ["supabase"], indirect=True)
ABOUT_AN_IDENTITY = {"spec_id": None, "run_id": None, "config_hash": None, "identity_id": "identity-1"}


@pytest.fixture
def world(tables: Tables, s3_store: TestStore, kms: TestKms) -> StateWorld:
    return StateWorld(s3_store, kms, FakeClock())


def a_tester(world: StateWorld) -> Runner:
    return world.a_runner(JobType.CONNECTION_TEST, **ABOUT_AN_IDENTITY)


def test_it_lies_in_the_account_s_folder_and_is_read_back(world: StateWorld) -> None:
    tester = a_tester(world)
    stored = tester.upload(b"Connected.\n", ObjectPurpose.LOG)
    folder = f"{world.spec.zone_id}/identities/identity-1"
    assert stored.key.startswith(f"{folder}/log/{tester.caller.job_id}-1-0001.")
    assert b"Connected" not in world.store.everything()

    world.change_job(tester.caller.job_id, log=stored.model_dump(mode="json"))
    slice_ = world.review.log(world.a_person(Role.VIEWER), tester.caller.job_id, 0)
    assert (slice_.text, slice_.next_offset) == ("Connected.\n", None)


def test_another_job_of_the_account_does_not_open_it_and_no_job_of_it_opens_a_state(
    world: StateWorld,
) -> None:
    stored = a_tester(world).upload(b"Connected.\n", ObjectPurpose.LOG)
    state = world.a_runner().upload(b"{}", ObjectPurpose.STATE)
    other = a_tester(world)
    for key in (stored.key, state.key):
        with pytest.raises(NotFound):
            world.objects.download(other.caller, key)


def test_it_has_no_terraform_state(world: StateWorld) -> None:
    tester = a_tester(world)
    with pytest.raises(NotFound, match="no terraform state"):
        world.states.head(tester.caller)
    with pytest.raises(NotFound, match="no terraform state"):
        tester.lock("lock-1")
