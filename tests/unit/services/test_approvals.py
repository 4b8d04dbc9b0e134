"""What a plan in review waits for, in one sentence."""

import pytest

from chalicelib.services.approvals import Approval, waits_for_people
from tests.support.builders import a_run


@pytest.mark.parametrize(
    ("needed", "given", "planner_may", "asked_by", "sentence"),
    [
        (1, (), True, "ada", "It waits for an approval."),
        (
            1,
            (),
            False,
            None,
            "It waits for an approval. ada planned it, and may not approve it.",
        ),
        (3, (), True, None, "0 of 3 approvals are given; 3 more are needed by different approvers."),
        (3, ("bob",), True, "cid", "1 of 3 approvals are given (bob); 2 more are needed by other approvers."),
        (
            2,
            ("bob",),
            False,
            "bob",
            (
                "1 of 2 approvals are given (bob); 1 more is needed by another approver. "
                "ada planned it, and may not approve it. Yours is counted once, however often you approve."
            ),
        ),
        # Somebody has the role again: everybody is there, and one of them says so once more.
        (
            2,
            ("bob", "cid"),
            True,
            "bob",
            "2 of 2 approvals are given (bob, cid); approve once more to apply it.",
        ),
    ],
)
def test_the_sentence(
    needed: int, given: tuple[str, ...], planner_may: bool, asked_by: str | None, sentence: str
) -> None:
    approval = Approval(needed=needed, planner_may_approve=planner_may, given_by=given, rules_version=0)
    assert waits_for_people(a_run(created_by="ada"), approval, asked_by) == sentence
