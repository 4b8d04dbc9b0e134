"""Names that people give to things, which other people read: in tables, in terminals, in logs."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _readable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("must be one line of readable characters: no control or invisible ones")
    return name


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True),
    AfterValidator(_readable),
]
"""Of a zone, or of a linked account."""
