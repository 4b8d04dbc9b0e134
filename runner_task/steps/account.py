"""CONNECTION_TEST and FETCH_RESOURCES: a look into a linked account. Nothing there is changed."""

from chalicelib.domain.resources import limited
from chalicelib.domain.results import ConnectionResult, ResourcesResult

from ..clouds import cloud_of
from ..context import JobContext
from ..errors import NotLetIn, StepFailed

NAMED = 5
"""Missing permissions that the sentence names; the result lists them all."""


def connect(job: JobContext) -> None:
    """Be let in. A refusal has a result too: which cause it was moves the identity."""
    access = job.assignment.access
    try:
        job.cloud = cloud_of(job)
        job.result = job.cloud.test_connection()
    except NotLetIn as refusal:
        job.result = ConnectionResult(
            provider=access.provider,
            account_id=refusal.account_id,
            principal=refusal.principal,
            cause=refusal.cause,
        )
        raise
    job.say(f"Connected to account {job.result.account_id} as {job.result.principal}.")


def permissions(job: JobContext) -> None:
    """Judge what the connection may do.

    Raises
    ------
    StepFailed
        Permissions that the templates need are missing; the job's result lists them.
    """
    result = job.result
    assert isinstance(result, ConnectionResult)
    for missing in result.missing:
        job.say(f"Missing: {missing.action} on {missing.resource}")
    if result.missing:
        raise StepFailed(_missing(result))
    job.say(result.unchecked or f"All {result.permissions_checked} permissions that are needed are there.")


def resources(job: JobContext) -> None:
    """List what a form can offer."""
    job.cloud = cloud_of(job)
    found = limited(job.cloud.fetch_resources())
    for sentence in found.unreadable:
        job.say(sentence)
    for name in found.truncated:
        job.say(f"There are more {name} than are listed.")
    job.say(
        f"Found {len(found.regions)} regions, {len(found.networks)} networks, {len(found.subnets)} subnets "
        f"and {len(found.hosted_zones)} hosted zones."
    )
    access = job.assignment.access
    job.result = ResourcesResult(provider=access.provider, account_id=access.account_id, resources=found)


def _missing(result: ConnectionResult) -> str:
    count = len(result.missing)
    named = ", ".join(item.action for item in result.missing[:NAMED])
    more = f" and {count - NAMED} more" if count > NAMED else ""
    return (
        f"{count} of {result.permissions_checked} permissions are missing: {named}{more}. "
        "Update the role with this identity's setup, then test again."
    )
