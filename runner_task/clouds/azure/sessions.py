"""How Azure lets us in: our token, as a client assertion, for one of the application."""

from chalicelib.domain.identity import AzureFederation

from ...errors import StepFailed
from .. import CloudContext
from ..rest import CloudError, Rest
from .refusals import of_sign_in

LOGIN = "login.microsoftonline.com"
ARM = "management.azure.com"
SCOPE = f"https://{ARM}/.default"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Sessions:
    """The application's access token, got once; it lives longer than any look into the subscription takes."""

    def __init__(self, context: CloudContext, rest: Rest) -> None:
        self._context = context
        self._rest = rest
        self._token: str | None = None

    @property
    def federation(self) -> AzureFederation:
        """Who we are in the tenant."""
        if self._context.access.azure is None:
            raise StepFailed(
                "This cloud identity names no application yet: follow its setup, then fill in azure."
            )
        return self._context.access.azure

    def access_token(self) -> str:
        """A bearer token for Azure Resource Manager (:class:`~runner_task.errors.NotLetIn`)."""
        if self._token is None:
            self._token = self._sign_in()
            self._context.masker.add(self._token)
        return self._token

    def _sign_in(self) -> str:
        federation, ours = self.federation, self._context.token()
        try:
            answer = self._rest.post_form(
                LOGIN,
                f"/{federation.tenant_id}/oauth2/v2.0/token",
                {
                    "client_id": federation.client_id,
                    "scope": SCOPE,
                    "grant_type": "client_credentials",
                    "client_assertion_type": JWT_BEARER,
                    "client_assertion": ours.token,
                },
            )
        except CloudError as error:
            raise of_sign_in(error, federation) from None
        return str(answer["access_token"])
