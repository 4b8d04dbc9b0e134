"""Values that stay as they are, and do something else there: said, so that nobody pays or waits unawares."""

from ..equivalents.meanings import meaning_of
from .draft import Draft
from .move import Move
from .paths import filled_in, pattern_of


def remark_on_meanings(draft: Draft, move: Move) -> None:
    """Say of each such value what it was and what it is going to be."""
    for path, value in filled_in(draft.source):
        meaning = meaning_of(pattern_of(path), value, move.source.name, move.target.name)
        if meaning is not None:
            was, becomes = meaning
            draft.remarks[path] = f"On {move.target.label} it is {becomes}; on {move.source.label}, {was}."
