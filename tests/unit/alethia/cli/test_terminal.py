"""What others wrote reaches the terminal as text, whichever way it is shown."""

import json

import pytest
from rich.text import Text

from alethia.cli import output, watch

HOSTILE = "\x1b]0;title\x07\x1b[31m[/red] \x9b2J \u202etxt.exe"
COMMANDS = set("\x1b\x07\x9b\u202e")


def test_nothing_that_is_shown_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.table((HOSTILE,), [(HOSTILE,), (Text(HOSTILE, style="red"),)], title=HOSTILE)
    output.plan_summary({"groups": [{"name": HOSTILE, "counts": {}}]}, {"not_estimated": HOSTILE})
    watch.print_chunk({"phase": HOSTILE, "stream": "stderr", "text": HOSTILE})
    output.console.print(f"{HOSTILE}: ", output.status(HOSTILE), style="dim")
    output.errors.print(HOSTILE)
    shown = "".join(capsys.readouterr())
    assert shown.count("]0;title") == 11
    assert shown.count("[/red]") == 11, "brackets are text"
    assert not COMMANDS & set(shown)


def test_a_document_means_the_same_and_commands_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json({"name": HOSTILE, "umlaut": "ü"})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"name": HOSTILE, "umlaut": "ü"}
    assert "ü" in printed
    assert not COMMANDS & set(printed)
