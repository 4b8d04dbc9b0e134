"""What Azure would refuse, said before terraform starts, with what would be right.

Only what is certain to fail is refused; taste and cost are the user's. What can be said of one value stands
in the table of :mod:`.values`; the other modules judge values by each other. All faults are told at once.
"""

from collections.abc import Iterator

from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from . import data, messages, network, values


def problems(config: Configuration) -> Iterator[FieldProblem]:
    """Every problem of `config`; a spec without any can be planned."""
    for judge in (values, network, data, messages):
        yield from judge.problems(config)
