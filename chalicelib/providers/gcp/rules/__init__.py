"""What GCP would refuse, said before terraform starts, with what would be right.

Only what is certain to fail, and what GCP has no counterpart for, is refused; taste and cost are the user's.
Each module judges one side of a configuration and yields a problem for each fault, so that a person sees all
of them at once.
"""

from collections.abc import Iterator

from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from ..catalogue import REGIONS
from . import cluster, data, databases, messages, names, network


def problems(config: Configuration) -> Iterator[FieldProblem]:
    """Every problem of `config`, in the order of its fields; a spec without any can be planned."""
    if config.region not in REGIONS:
        yield FieldProblem(
            ("region",), f"{config.region!r} is not offered; choose one of {', '.join(REGIONS)}"
        )
    for judge in (network, cluster, databases, data, messages, names):
        yield from judge.problems(config)
