"""Chunks and events: numbered, packed, repeated until acknowledged, never reordered or lost."""

from pathlib import Path

import pytest

from chalicelib.domain.messages import MAX_BATCH, MAX_CHUNK_BYTES, EventKind, ResourceEvent
from chalicelib.domain.plan import Action, PlanSummary
from chalicelib.domain.words import Phase, Stream
from runner_task.journal import Journal
from runner_task.masking import Masker


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    masker = Masker()
    masker.add("canary-secret")
    return Journal(masker, tmp_path / "job.log")


def say(journal: Journal, text: str, phase: Phase = Phase.PLAN) -> None:
    journal.log(phase, Stream.STDOUT, text)


def an_event(number: int) -> ResourceEvent:
    return ResourceEvent(
        seq=number, at="", kind=EventKind.START, address="a.b", resource_type="a", action=Action.CREATE
    )


def test_neighbouring_lines_share_a_chunk_and_another_phase_starts_one(journal: Journal) -> None:
    say(journal, "one")
    say(journal, "two")
    say(journal, "three", Phase.APPLY)
    chunks = journal.batch().logs
    assert [(chunk.seq, chunk.text) for chunk in chunks] == [(1, "one\ntwo\n"), (2, "three\n")]


def test_a_batch_comes_again_until_it_is_acknowledged(journal: Journal) -> None:
    say(journal, "one")
    first = journal.batch()
    say(journal, "two")
    second = journal.batch()
    assert second.logs[0] == first.logs[0] and len(second.logs) == 2
    journal.acknowledge(first)
    assert [chunk.text for chunk in journal.batch().logs] == ["two\n"]
    journal.acknowledge(second)
    assert journal.is_empty


def test_no_chunk_is_larger_than_allowed_and_no_character_is_torn(journal: Journal) -> None:
    say(journal, "€" * MAX_CHUNK_BYTES)
    chunks = journal.batch().logs
    assert all(len(chunk.text.encode()) <= MAX_CHUNK_BYTES for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == "€" * MAX_CHUNK_BYTES + "\n"


def test_no_batch_is_larger_than_allowed(journal: Journal) -> None:
    for number in range(MAX_BATCH + 50):
        say(journal, str(number), (Phase.PLAN, Phase.APPLY)[number % 2])
        journal.event(an_event)
    batch = journal.batch()
    assert (len(batch.logs), len(batch.events)) == (MAX_BATCH, MAX_BATCH)
    journal.acknowledge(batch)
    rest = journal.batch()
    assert rest.logs[0].seq == rest.events[0].seq == MAX_BATCH + 1


def test_a_newer_summary_is_not_lost_by_the_acknowledgement_of_an_older_one(journal: Journal) -> None:
    journal.summary(PlanSummary())
    batch = journal.batch()
    journal.summary(PlanSummary(outputs_changed=1))
    journal.acknowledge(batch)
    assert journal.batch().summary == PlanSummary(outputs_changed=1)


def test_secrets_and_colours_are_gone_from_chunk_and_archive(journal: Journal) -> None:
    say(journal, "\x1b[31mred\x1b[0m canary-secret")
    assert journal.batch().logs[0].text == "red ***\n"
    assert journal.close_archive().decode().endswith("plan stdout red ***\n")
