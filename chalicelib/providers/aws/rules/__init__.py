"""What AWS would refuse, said before terraform starts, with what would be right.

Only what is certain to fail is refused; taste and cost are the user's. Each module judges one side of a
configuration and yields a problem for each fault, so that a person sees all of them at once.
"""

from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from ..catalogue import REGIONS
from ..options import problems_of_options
from . import cluster, data, messages, names, network


def validate(config: Configuration) -> list[FieldProblem]:
    """Every problem of `config`, in the order of its fields; a spec without any can be planned."""
    problems = []
    if config.region not in REGIONS:
        problems.append(
            FieldProblem(("region",), f"{config.region!r} is not offered; choose one of {', '.join(REGIONS)}")
        )
    for judge in (
        network.problems,
        cluster.problems,
        data.problems,
        messages.problems,
        names.problems,
        problems_of_options,
    ):
        problems.extend(judge(config))
    return problems
