"""Linked accounts that runners are deployed into: whether they let us, and as whom."""

from ..domain.errors import Conflict, FieldProblem, InvalidInput
from ..domain.identity import Identity
from ..domain.words import CloudProvider
from ..domain.worker import Worker
from .ports.identities import IdentityStore

NO_ROLE = (
    "The linked account '{}' has no role for deploying runners. Add one: its runner setup "
    "(`alethia identities runner-setup {}`) makes it, then set worker_role_reference."
)


class WorkerAccounts:
    """A zone's linked accounts, as deployments need them."""

    def __init__(self, identities: IdentityStore) -> None:
        self._identities = identities

    def of(self, zone_id: str, identity_id: str) -> Identity:
        """The linked AWS account, which has a role for this.

        Raises
        ------
        InvalidInput
            The zone has no such account.
        Conflict
            It is another cloud's, or has no such role; the message says the way out.
        """
        identity = self._identities.get(zone_id, identity_id)
        if identity is None:
            sentence = "is none of this zone's linked accounts; see `alethia identities list`"
            raise InvalidInput([FieldProblem(("identity_id",), sentence)])
        if identity.provider is not CloudProvider.AWS:
            raise Conflict(
                f"Runners are deployed into AWS accounts only; '{identity.name}' is linked from "
                f"{identity.provider}. Run a self-hosted runner there: `alethia runner register`."
            )
        if not (identity.worker_role_reference and identity.external_id and identity.account_id):
            raise Conflict(NO_ROLE.format(identity.name, identity_id), details={"identity_id": identity_id})
        return identity

    def as_linked_now(self, zone_id: str, worker: Worker) -> Worker:
        """With the role that the linked account names now; where it is unlinked, as it was."""
        identity = self._identities.get(zone_id, worker.form.identity_id)
        if identity is None or identity.account_id != worker.account_id:
            return worker
        if not (identity.worker_role_reference and identity.external_id):
            return worker
        role = {"role": identity.worker_role_reference, "external_id": identity.external_id}
        return worker.model_copy(update=role)
