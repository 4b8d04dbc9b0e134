"""Sessions in linked AWS accounts, for the runners of the jobs that need them.

The control plane assumes the role, not the runner: a customer's trust policy names one principal, whichever
runner works, and a runner's own credential opens no account. A session goes to the attempt that works on the
job now, is named after it in the account's CloudTrail, and is kept and logged nowhere.

A connection test asks for more: that the role can *not* be assumed without the identity's external id.
"""

from ..domain.errors import Conflict, Forbidden
from ..domain.identity import AccessMethod, Identity
from ..domain.ids import attempt_id
from ..domain.messages import CloudCredentials
from ..domain.words import JobType
from .attempts import AttemptCaller, Attempts
from .cloud_access import JobCloudAccess, made_for
from .ports.customer_aws import CustomerAws
from .ports.jobs import JobRecord, JobStore

MOVED = (
    "The job was made for another account or role than its cloud identity names now; it gets no credentials. "
    "Start it again."
)
NO_ROLE = (
    "This cloud identity names no role yet. Create the role with its setup, then set its role_reference; "
    "both are under the identity."
)


class CloudBroker:
    """Hands sessions to jobs."""

    def __init__(
        self,
        *,
        jobs: JobStore,
        attempts: Attempts,
        access: JobCloudAccess,
        aws: CustomerAws,
    ) -> None:
        self._jobs = jobs
        self._attempts = attempts
        self._access = access
        self._aws = aws

    def credentials(self, caller: AttemptCaller) -> CloudCredentials:
        """An hour in the account of the job's identity.

        Raises
        ------
        Forbidden
            The attempt is over, or the identity is no longer the one that the job was made for.
        Conflict
            The identity is not one that we assume a role for.
        CloudRefused
            The account does not let us in; says why, as far as AWS does.
        """
        job, identity = self._for(caller)
        role, external_id = identity.role_reference, identity.external_id
        if identity.method is not AccessMethod.ROLE:
            raise Conflict(
                f"This identity's method is {identity.method}; there is no session to hand out for it.",
                details={"method": str(identity.method)},
            )
        if not role or not external_id or identity.account_id is None:
            raise Conflict(NO_ROLE, details={"identity_id": identity.identity_id})
        region = self._access.of_job(job).region
        session = attempt_id(*caller)
        credentials = self._aws.assume(
            role,
            external_id=external_id,
            account_id=identity.account_id,
            session_name=session,
            region=region,
        )
        if job.job_type is JobType.CONNECTION_TEST:
            self._aws.require_external_id(
                role,
                external_id=external_id,
                account_id=identity.account_id,
                session_name=session,
                region=region,
            )
        return credentials

    def _for(self, caller: AttemptCaller) -> tuple[JobRecord, Identity]:
        """The job and its identity, if the caller may act for them now."""
        self._attempts.handing_out(*caller)
        job = self._jobs.get(caller.job_id)
        assert job is not None, "a job's row is never deleted"
        identity = self._access.identity(job)
        if not made_for(self._jobs.snapshot(job.job_id) if job.spec_id else None, identity):
            raise Forbidden(MOVED)
        return job, identity
