"""Names that people give to things."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from ..domain.readable import readable

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, strip_whitespace=True),
    AfterValidator(readable),
]
"""Of a zone, or of a linked account."""
