"""terraform's state file: a new serial and nothing else, and differences without values."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import Damaged
from chalicelib.domain.state_file import diff_states, facts_of, parse_state, with_serial

STATE = b"""{
  "version": 4,
  "terraform_version": "1.11.4",
  "serial": 7,
  "lineage": "l-1",
  "outputs": {"serial": {"value": 0.12345678901234567890123, "type": "number"}},
  "resources": [
    {"mode": "managed", "type": "aws_vpc", "name": "this", "module": "module.net",
     "instances": [{"index_key": 0, "attributes": {"id": "vpc-1", "serial": 7, "size": 1e400}}]},
    {"mode": "data", "type": "aws_region", "name": "here", "instances": [{"attributes": {}}]}
  ],
  "check_results": null
}
"""


def test_only_the_serial_changes_byte_for_byte() -> None:
    assert with_serial(STATE, 12) == STATE.replace(
        b'"serial": 7,\n  "lineage"', b'"serial": 12,\n  "lineage"'
    )


@given(
    before=st.dictionaries(st.text(), st.recursive(st.none() | st.text(), st.lists), max_size=4),
    after=st.dictionaries(st.text(), st.integers(), max_size=4),
    serial=st.integers(0, 10**9),
    indent=st.sampled_from([None, 1, 2]),
)
def test_wherever_the_serial_stands(
    before: dict[str, object], after: dict[str, object], serial: int, indent: int | None
) -> None:
    state = {**before, "version": 4, "serial": 3, "lineage": "l", **after}
    state |= {"version": 4, "serial": 3, "lineage": "l"}
    changed = json.loads(with_serial(json.dumps(state, indent=indent).encode(), serial))
    assert changed == {**state, "serial": serial}


def test_facts() -> None:
    facts = facts_of(STATE)
    assert (facts.serial, facts.lineage, facts.resources) == (7, "l-1", 1)


@pytest.mark.parametrize(
    "damaged",
    [b"", b"null", b"[]", b"{", b"\xff", b'{"version": 4}', b'{"version":3,"serial":1,"lineage":"l"}'],
)
def test_what_is_no_state_is_damaged_never_empty(damaged: bytes) -> None:
    with pytest.raises(Damaged):
        parse_state(damaged)


def state(*resources: dict[str, object], **outputs: object) -> dict[str, object]:
    return {"resources": list(resources), "outputs": {name: {"value": v} for name, v in outputs.items()}}


def resource(name: str, *instances: dict[str, object]) -> dict[str, object]:
    return {"mode": "managed", "type": "aws_sqs_queue", "name": name, "instances": list(instances)}


def test_a_state_does_not_differ_from_itself() -> None:
    diff = diff_states(parse_state(STATE), parse_state(STATE))
    assert (diff.added, diff.removed, diff.changed, diff.outputs) == ([], [], [], [])


def test_instances_and_outputs_that_differ_are_named() -> None:
    before = state(
        resource("a", {"index_key": "x", "attributes": {"id": "1"}}),
        resource("gone", {"attributes": {}}),
        o=1,
        p=1,
    )
    after = state(
        resource(
            "a",
            {"index_key": "x", "attributes": {"id": "2", "list": [1]}},
            {"index_key": "x", "deposed": "0a1b", "attributes": {"id": "1"}},
        ),
        o=1, p=2, q=3,
    )  # fmt: skip
    diff = diff_states(before, after)
    assert diff.added == ['aws_sqs_queue.a["x"] (deposed 0a1b)']
    assert diff.removed == ["aws_sqs_queue.gone"]
    assert [(change.address, change.attributes) for change in diff.changed] == [
        ('aws_sqs_queue.a["x"]', ["id", "list"])
    ]
    assert diff.outputs == ["p", "q"]
