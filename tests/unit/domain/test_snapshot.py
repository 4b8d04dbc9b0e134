"""A snapshot is stored as canonical text, and hashed exactly as stored."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidInput, StalePlan
from chalicelib.domain.snapshot import build_snapshot, canonical_json, changed_fields, config_hash
from chalicelib.domain.spec_config import read_snapshot


def a_form(**changes: Any) -> dict[str, Any]:
    return {
        "project_name": "shop",
        "environment_stage": "development",
        "region": "eu-west-1",
        "terraform_version": "1.11.4",
        **changes,
    }


def a_snapshot(account_id: str | None = "111122223333", role: str | None = None, **changes: Any) -> str:
    return build_snapshot(form=a_form(**changes), provider="aws", account_id=account_id, role_reference=role)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_key_order_never_matters(value: Any) -> None:
    def reversed_keys(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: reversed_keys(item[key]) for key in reversed(list(item))}
        return [reversed_keys(part) for part in item] if isinstance(item, list) else item

    assert canonical_json(value) == canonical_json(reversed_keys(value))


@pytest.mark.parametrize(
    ("stored", "same"),
    [
        (Decimal("4"), 4),
        (Decimal("0.5"), 0.5),
        (4.0, 4),
        (Decimal("7e16"), 7e16),
        ({"n": [Decimal("2.0")]}, {"n": [2]}),
    ],
)
def test_a_number_is_the_same_however_the_database_spells_it(stored: Any, same: Any) -> None:
    assert canonical_json(stored) == canonical_json(same)


def test_the_order_of_components_does_not_change_the_configuration() -> None:
    one, two = {"name": "a", "length": 8}, {"name": "b", "length": 9}
    assert a_snapshot(secrets=[one, two]) == a_snapshot(secrets=[two, one])


def test_facts_about_the_row_are_no_part_of_the_configuration() -> None:
    assert a_snapshot() == a_snapshot(updated_at="later", status="ACTIVE", spec_id="spec-2", monthly_cost=3)


@pytest.mark.parametrize(
    "other",
    [
        a_snapshot(account_id="999988887777"),
        a_snapshot(role="arn:aws:iam::111122223333:role/other"),
        a_snapshot(terraform_version="1.11.5"),
        a_snapshot(region="eu-central-1"),
    ],
)
def test_where_and_as_whom_it_would_be_applied_is_part_of_it(other: str) -> None:
    assert config_hash(other) != config_hash(a_snapshot())


def test_no_git_token_is_ever_in_a_snapshot() -> None:
    assert '"git_access_token":""' in a_snapshot(git_access_token="canary-value")


def test_the_runner_reads_back_what_was_frozen() -> None:
    text = a_snapshot(secrets=[{"name": "api-key", "generate": True, "length": 40, "special_chars": False}])
    config = read_snapshot(text, config_hash(text))
    assert (config.project_name, config.secrets[0].length) == ("shop", 40)


def test_a_snapshot_that_does_not_match_its_hash_is_refused() -> None:
    with pytest.raises(StalePlan, match="Please re-plan"):
        read_snapshot(a_snapshot(region="us-east-1"), config_hash(a_snapshot()))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"schema":1', '"schema":2', "schema"),
        ('"caches":[]', '"caches":[],"colour":"red"', "colour"),
    ],
)
def test_a_field_that_the_runner_does_not_know_is_refused_by_name(old: str, new: str, field: str) -> None:
    text = a_snapshot().replace(old, new)
    with pytest.raises(InvalidInput) as refusal:
        read_snapshot(text, config_hash(text))
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_changed_fields_are_named_by_component() -> None:
    before = a_snapshot(queues=[{"name": "jobs", "fifo": False}, {"name": "mail", "fifo": False}])
    after = a_snapshot(queues=[{"name": "jobs", "fifo": True}], region="eu-north-1")
    assert changed_fields(before, after) == ["queues[jobs].fifo", "queues[mail]", "region"]


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.lists(st.sampled_from("abcdef"), unique=True))
def test_no_change_is_reported_exactly_when_the_hashes_agree(before: list[str], after: list[str]) -> None:
    texts = [a_snapshot(topics=[{"name": name} for name in names]) for names in (before, after)]
    assert (changed_fields(*texts) == []) == (config_hash(texts[0]) == config_hash(texts[1]))
