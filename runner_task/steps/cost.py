"""The monthly cost of a plan. Infracost's place; until it is here, the reason stands for the number."""

from chalicelib.domain.plan import CostEstimate

from ..context import JobContext


def estimate(job: JobContext) -> None:
    """Say that nothing was estimated, and why."""
    reason = "this runner has no cost estimator (Infracost) yet"
    job.cost = CostEstimate(not_estimated=reason)
    job.say(f"Cost: not estimated: {reason}.")
