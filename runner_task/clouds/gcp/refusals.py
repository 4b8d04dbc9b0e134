"""What GCP says when it does not let us in: which cause that is, and what to do about it."""

from typing import Any

from chalicelib.domain.identity import RefusalCause

from ...errors import NotLetIn
from ..rest import CloudError

SAID_BY_EXCHANGE: tuple[tuple[str, RefusalCause, str], ...] = (
    (
        "invalid_target",
        RefusalCause.NO_SUCH_ROLE,
        "GCP knows no enabled pool and provider {provider}. Check project_number, pool_id and provider_id.",
    ),
    (
        "attribute condition",
        RefusalCause.TRUST_POLICY,
        "The provider's attribute condition refuses our token. Compare it with this identity's setup.",
    ),
    (
        "audience",
        RefusalCause.TRUST_POLICY,
        "The provider takes another audience. Remove its allowed audiences, or add {provider}.",
    ),
    (
        "connecting to the given credential's issuer",
        RefusalCause.UNREACHABLE,
        "GCP can't read our issuer's keys. Its address must be https and reachable from the internet.",
    ),
    (
        "issuer",
        RefusalCause.TRUST_POLICY,
        "The provider trusts another issuer. Copy the one in this identity's setup, to the letter.",
    ),
    (
        "stale",
        RefusalCause.CLOCK,
        "GCP finds our token too old: check the control plane's clock.",
    ),
    (
        "signature",
        RefusalCause.TRUST_POLICY,
        "GCP can't verify our token's signature. If the provider has uploaded keys, upload today's.",
    ),
)
"""What occurs in the error or its description → cause and sentence; the first that fits decides."""


def of_exchange(error: CloudError, provider: str) -> NotLetIn:
    """Why GCP's token service did not take our token."""
    said = f"{error.code}: {error.message}".lower()
    for words, cause, sentence in SAID_BY_EXCHANGE:
        if words in said:
            return NotLetIn(f"{sentence.format(provider=provider)} GCP says: {error.message}", cause)
    return NotLetIn(
        f"GCP's token service refused our token. Compare pool and provider with this identity's setup. "
        f"GCP says: {error.message}",
        RefusalCause.TRUST_POLICY,
    )


def of_impersonation(error: CloudError, account: str) -> NotLetIn:
    """Why we may not act as the service account."""
    if disabled := _disabled_service(error):
        return NotLetIn(disabled, RefusalCause.SERVICE_DISABLED)
    if error.status == 404:
        return NotLetIn(
            f"There is no service account {account}. Create it with this identity's setup.",
            RefusalCause.NO_SUCH_ROLE,
        )
    return NotLetIn(
        f"The pool lets us in, and we may not act as {account}: it does not exist, or it does not grant "
        "roles/iam.workloadIdentityUser to this identity's subject (GCP does not say which). Run the binding "
        f"in this identity's setup; a new one takes some minutes. GCP says: {error.message}",
        RefusalCause.NOT_TOLD,
    )


def of_project(error: CloudError, project: str | None, account: str) -> NotLetIn:
    """Why the project can't be looked at."""
    if disabled := _disabled_service(error):
        return NotLetIn(disabled, RefusalCause.SERVICE_DISABLED)
    return NotLetIn(
        f"We are let in as {account}, and GCP shows it no project {project}: there is none of that id, or "
        "the account has no role in it (GCP does not say which). Check the project id, and grant the roles "
        f"of this identity's setup. GCP says: {error.message}",
        RefusalCause.NOT_TOLD,
    )


def _disabled_service(error: CloudError) -> str | None:
    """The sentence for an API that the project has not enabled."""
    details: Any = error.body.get("error")
    for detail in details.get("details", []) if isinstance(details, dict) else []:
        if detail.get("reason") == "SERVICE_DISABLED":
            service = detail.get("metadata", {}).get("service", "of this call")
            return f"The API {service} is disabled in the project: gcloud services enable {service}"
    return None
