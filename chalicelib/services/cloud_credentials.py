"""Sessions in linked AWS accounts, for the runners of the jobs that need them.

The control plane assumes the role, not the runner: a customer's trust policy names one principal, whichever
runner works, and a runner's own credential opens no account. A session goes to the attempt that works on the
job now, is named after it in the account's CloudTrail, and is kept and logged nowhere.

The first session of each role, and every connection test, asks for more: that the role can *not* be assumed
without the identity's external id. The control plane finds that out by itself: a runner of the zone's own
says of a test what it likes, and a role that lets us in for anybody may be somebody else's.
"""

from ..domain.errors import Conflict
from ..domain.identity import AccessMethod
from ..domain.ids import attempt_id
from ..domain.messages import CloudCredentials
from ..domain.words import JobType
from .attempts import AttemptCaller
from .cloud_access import Identified, JobCloudAccess
from .ports.customer_aws import CustomerAws
from .ports.identities import IdentityStore

NO_ROLE = (
    "This cloud identity names no role yet. Create the role with its setup, then set its role_reference; "
    "both are under the identity."
)


class CloudBroker:
    """Hands sessions to jobs."""

    def __init__(
        self,
        *,
        identified: Identified,
        access: JobCloudAccess,
        identities: IdentityStore,
        aws: CustomerAws,
    ) -> None:
        self._identified = identified
        self._access = access
        self._identities = identities
        self._aws = aws

    def credentials(self, caller: AttemptCaller) -> CloudCredentials:
        """An hour in the account of the job's identity.

        Raises
        ------
        Forbidden
            See :class:`~chalicelib.services.cloud_access.Identified`.
        Conflict
            The identity is not one that we assume a role for.
        CloudRefused
            The account does not let us in, or lets us in for anybody; says why, as far as AWS does.
        """
        job, identity = self._identified.job_and_identity(caller)
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
        if job.job_type is JobType.CONNECTION_TEST or identity.proved_role != role:
            self._aws.require_external_id(
                role,
                external_id=external_id,
                account_id=identity.account_id,
                session_name=session,
                region=region,
            )
            self._identities.note_proved(identity)
        return credentials
