"""What terraform warned of while it planned, as the reviewer gets it."""

from chalicelib.domain.job import Diagnostic
from runner_task.steps.plan import MOST_DETAIL, MOST_WARNINGS, distinct_warnings


def a_warning(summary: str = "Deprecated", **more: str) -> Diagnostic:
    return Diagnostic(severity="warning", summary=summary, **more)


def test_each_is_said_once_wherever_it_came_from() -> None:
    said = [a_warning(address="a.b"), a_warning(address="a.c"), a_warning("Other"), a_warning(detail="why")]
    assert [one.summary for one in distinct_warnings(said)] == ["Deprecated", "Other", "Deprecated"]


def test_errors_are_told_elsewhere() -> None:
    assert distinct_warnings([Diagnostic(severity="error", summary="No")]) == []


def test_there_are_no_more_than_fit_into_a_row() -> None:
    said = [a_warning(str(number), detail="x" * 10_000) for number in range(100)]
    kept = distinct_warnings(said)
    assert len(kept) == MOST_WARNINGS
    assert all(len(one.detail) == MOST_DETAIL for one in kept)
