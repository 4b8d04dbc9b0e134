"""How GCP lets us in: our token is exchanged for a federated one, which may act as the service account."""

from urllib.parse import quote

from chalicelib.domain.identity import GcpFederation

from ...errors import StepFailed
from .. import CloudContext
from ..rest import CloudError, Rest
from .refusals import of_exchange, of_impersonation

STS = "sts.googleapis.com"
IAM = "iamcredentials.googleapis.com"
IMPERSONATE = f"https://{IAM}/v1/projects/-/serviceAccounts/{{account}}:generateAccessToken"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
JWT = "urn:ietf:params:oauth:token-type:jwt"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
LIFETIME = "3600s"
"""Of the service account's token: longer than any look into the project takes."""


class Sessions:
    """The service account's access token, got once."""

    def __init__(self, context: CloudContext, rest: Rest) -> None:
        self._context = context
        self._rest = rest
        self._token: str | None = None
        self.audience = ""
        """Of our token: the pool's provider; known once we are let in."""

    @property
    def service_account(self) -> str:
        """Who we are in the project."""
        return self._federation.service_account

    def access_token(self) -> str:
        """A bearer token of the service account (:class:`~runner_task.errors.NotLetIn`)."""
        if self._token is None:
            self._token = self._impersonate(self._exchange())
            self._context.masker.add(self._token)
        return self._token

    @property
    def _federation(self) -> GcpFederation:
        if self._context.access.gcp is None:
            raise StepFailed(
                "This cloud identity names no workload identity pool yet: follow its setup, then fill in gcp."
            )
        return self._context.access.gcp

    def _exchange(self) -> str:
        ours = self._context.token()
        self.audience = ours.audience
        try:
            answer = self._rest.post_form(
                STS,
                "/v1/token",
                {
                    "audience": ours.audience,
                    "grant_type": EXCHANGE,
                    "requested_token_type": ACCESS_TOKEN,
                    "scope": SCOPE,
                    "subject_token_type": JWT,
                    "subject_token": ours.token,
                },
            )
        except CloudError as error:
            raise of_exchange(error, ours.audience) from None
        federated = str(answer["access_token"])
        self._context.masker.add(federated)
        return federated

    def _impersonate(self, federated: str) -> str:
        account = self.service_account
        path = f"/v1/projects/-/serviceAccounts/{quote(account, safe='@')}:generateAccessToken"
        try:
            answer = self._rest.post_json(IAM, path, federated, {"scope": [SCOPE], "lifetime": LIFETIME})
        except CloudError as error:
            raise of_impersonation(error, account) from None
        return str(answer["accessToken"])
