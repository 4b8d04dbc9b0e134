"""Consoles that show what others wrote, and let none of it command the terminal.

Names, log lines and reasons come from other people, runners and clouds. A control character among them could
move the cursor, rename the window or forge a line; one that turns the direction of text could hide what it
says. Each is shown as ``�``. Brackets in them are text and no markup.
"""

import re
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but for tab and new line, and what turns the direction of text."""


class SafeConsole(Console):
    """A console without markup, whose text commands nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich renders; its own control codes pass, those within text do not."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(shown(segment.text), segment.style)


def shown(text: str) -> str:
    """Text for a terminal."""
    return COMMANDING.sub("\ufffd", text)


def escaped(document: str) -> str:
    """A JSON document that means the same, and holds none of those characters as they are."""
    return COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
