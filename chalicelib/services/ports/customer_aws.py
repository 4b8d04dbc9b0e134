"""Sessions in customers' AWS accounts."""

from typing import Protocol

from ...domain.messages import CloudCredentials


class CustomerAws(Protocol):
    """AWS's token service, asked by the control plane's own principal."""

    def assume(
        self, role: str, *, external_id: str, account_id: str, session_name: str, region: str
    ) -> CloudCredentials:
        """An hour's session of a role in a linked account.

        Raises
        ------
        CloudRefused
            Not let in, or into another account; ``details["cause"]`` and the message say why and what to do.
        Unavailable
            AWS is too busy to say.
        """
        ...

    def require_external_id(
        self, role: str, *, external_id: str, account_id: str, session_name: str, region: str
    ) -> None:
        """Prove that the role can't be assumed without this very external id.

        Otherwise whoever knows the role's ARN could link it in a zone of theirs and have us act in the
        account (the "confused deputy").

        Raises
        ------
        CloudRefused
            It can be, with cause ``external_id``.
        Unavailable
            AWS is too busy to say.
        """
        ...
