"""terraform's ``-json`` lines become log lines, events, counts and diagnostics."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.messages import EventKind
from chalicelib.domain.plan import Action, Counts, PlanSummary
from chalicelib.domain.words import Phase
from runner_task.events import EventReader
from runner_task.journal import Journal
from runner_task.masking import Masker


class Reading:
    """A reader with its journal."""

    def __init__(self, folder: Path) -> None:
        masker = Masker()
        masker.add("canary-secret")
        self.journal = Journal(masker, folder / "job.log")
        self.summaries: list[PlanSummary] = []
        self.reader = EventReader(
            self.journal, masker, Phase.PLAN, lambda _: "Group", on_summary=self.summaries.append
        )

    def line(self, kind: str, **fields: Any) -> None:
        self.reader.stdout(json.dumps({"type": kind, "@message": f"message of {kind}", **fields}))

    def resource(self, kind: str, action: str, address: str = "t.a", **fields: Any) -> None:
        hook = {"resource": {"addr": address, "resource_type": "t"}, "action": action, **fields}
        self.line(kind, **{"change" if kind == "planned_change" else "hook": hook})

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.journal.batch().logs)


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


def test_progress_events_keep_address_action_and_id(reading: Reading) -> None:
    reading.resource("apply_start", "create")
    reading.resource("apply_complete", "create", id_value="i-1", elapsed_seconds=3)
    reading.resource("apply_start", "delete")
    first, second, third = reading.journal.batch().events
    assert (first.seq, first.kind, first.action) == (1, EventKind.START, Action.CREATE)
    assert (second.id_value, second.elapsed_seconds) == ("i-1", 3)
    assert third.action is Action.DESTROY


def test_data_sources_that_are_read_are_no_progress(reading: Reading) -> None:
    reading.resource("apply_start", "read", "data.t.a")
    reading.resource("planned_change", "noop")
    assert reading.journal.batch().events == []


def test_the_summary_is_there_when_terraform_s_plan_ends(reading: Reading) -> None:
    reading.resource("planned_change", "replace")
    reading.resource("planned_change", "create")
    assert reading.summaries == []
    reading.line("change_summary", changes={"operation": "plan"})
    assert [summary.counts for summary in reading.summaries] == [Counts(create=1, replace=1)]
    reading.line("outputs", outputs={"a": {"action": "create"}, "b": {"action": "noop"}})
    assert reading.summaries[-1].outputs_changed == 1


def test_a_diagnostic_is_kept_and_shown_in_full(reading: Reading) -> None:
    diagnostic = {
        "severity": "error",
        "summary": "It failed",
        "detail": "because of canary-secret",
        "address": "t.a",
        "range": {"filename": "main.tf", "start": {"line": 7}},
        "snippet": {"context": 'resource "t" "a"', "code": "  x = y", "values": []},
    }
    reading.line("diagnostic", diagnostic=diagnostic)
    (error,) = reading.reader.errors
    assert (error.summary, error.detail, error.file, error.line) == (
        "It failed",
        "because of ***",
        "main.tf",
        7,
    )
    for part in (
        "Error: It failed",
        "with t.a",
        'on main.tf line 7, in resource "t" "a"',
        "x = y",
        "because of ***",
    ):
        assert part in reading.text


@pytest.mark.parametrize("line", ["plain text", '["a list"]', "{half", '"text"', "null"])
def test_a_line_that_is_no_event_is_shown_as_it_is(reading: Reading, line: str) -> None:
    reading.reader.stdout(line)
    assert reading.text == f"{line}\n"
