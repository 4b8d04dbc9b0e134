"""Names of objects: no two makers share one, no two contents share a key, and nobody reaches further."""

import pytest

from chalicelib.domain.messages import ObjectPurpose
from chalicelib.domain.store_names import (
    belongs_to_attempt,
    checked_key,
    digest_of,
    key_of,
    name_of,
    object_name,
    readable_by,
)

FOLDER = "zone-1/shop-development-eu-west-1/terraform.tfstate"
SHA = "5e" * 32


def test_a_key_is_a_name_and_a_digest() -> None:
    name = object_name(FOLDER, ObjectPurpose.PLAN, "job-1-1", 3)
    assert name == f"{FOLDER}/plan/job-1-1-0003"
    key = key_of(name, SHA)
    assert (name_of(key), digest_of(key)) == (name, SHA)


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "a/../b", ".", "a#b", "é", "a\n", "x" * 901])
def test_keys_that_no_store_should_see(key: str) -> None:
    with pytest.raises(ValueError, match="can't be the key"):
        checked_key(key)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        (f"{FOLDER}/state/job-1-1-0001", True),
        (f"{FOLDER}/state/job-1-2-0001", False),
        (f"{FOLDER}/state/job-1-11-0001", False),
        (f"{FOLDER}/plan/job-1-1-0001", False),
        (f"{FOLDER}/state/job-1-1-", False),
        (f"{FOLDER}/state/job-1-1-0001/x", False),
        (f"elsewhere/{FOLDER}/state/job-1-1-0001", False),
    ],
)
def test_a_name_is_one_attempts(name: str, own: bool) -> None:
    assert belongs_to_attempt(name, FOLDER, ObjectPurpose.STATE, "job-1", 1) is own


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        (f"{FOLDER}/state/job-9-1-0001", True),
        (f"{FOLDER}/plan/job-plan-2-0001", True),
        (f"{FOLDER}/plan/job-other-1-0001", False),
        (f"{FOLDER}/review/job-plan-1-0001", False),
        (f"{FOLDER}/log/job-1-1-0001", True),
        (f"{FOLDER}2/state/job-1-1-0001", False),
        (f"{FOLDER}/state", False),
    ],
)
def test_what_a_job_may_read(name: str, readable: bool) -> None:
    assert readable_by(name, FOLDER, "job-1", "job-plan") is readable
