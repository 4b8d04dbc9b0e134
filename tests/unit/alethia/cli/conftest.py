"""Tables are as wide as they need to be, whatever terminal the tests run in."""

import pytest

from alethia.cli import output


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    for console in (output.console, output.errors):
        monkeypatch.setattr(console, "_width", 300)
