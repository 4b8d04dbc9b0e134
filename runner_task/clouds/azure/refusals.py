"""What Microsoft Entra and Azure say when they do not let us in: which cause that is, and what to do."""

import re

from chalicelib.domain.identity import AzureFederation, RefusalCause

from ...errors import NotLetIn
from ..rest import CloudError

CREATE = "Create the one in its setup; a new one takes some minutes."

SAID_BY_ENTRA: dict[int, tuple[RefusalCause, str]] = {
    90002: (RefusalCause.NO_SUCH_ROLE, "There is no tenant {tenant}. Check tenant_id."),
    900023: (RefusalCause.NO_SUCH_ROLE, "There is no tenant {tenant}. Check tenant_id."),
    700016: (
        RefusalCause.NO_SUCH_ROLE,
        "Tenant {tenant} has no application {client}. Check tenant_id, and client_id (no object id).",
    ),
    7000229: (
        RefusalCause.NO_SUCH_ROLE,
        "Application {client} has no service principal in tenant {tenant}: az ad sp create --id {client}",
    ),
    70025: (
        RefusalCause.TRUST_POLICY,
        "Application {client} has no federated credential. " + CREATE,
    ),
    700211: (
        RefusalCause.TRUST_POLICY,
        "No federated credential of application {client} names our issuer, to the letter. " + CREATE,
    ),
    700212: (
        RefusalCause.TRUST_POLICY,
        "The federated credential of application {client} must name the audience api://AzureADTokenExchange.",
    ),
    700213: (
        RefusalCause.TRUST_POLICY,
        "No federated credential of application {client} names this identity's subject. " + CREATE,
    ),
    70021: (
        RefusalCause.TRUST_POLICY,
        "No federated credential of application {client} fits our token's issuer, subject, audience. "
        + CREATE,
    ),
    700024: (
        RefusalCause.CLOCK,
        "Azure finds our token outside of its time: check the control plane's clock.",
    ),
    500133: (
        RefusalCause.CLOCK,
        "Azure finds our token outside of its time: check the control plane's clock.",
    ),
    50166: (
        RefusalCause.UNREACHABLE,
        "Azure can't read our issuer's keys. Its address must be https and reachable from the internet.",
    ),
}
"""Number of Entra's error (``AADSTS…``) → cause and sentence."""


def of_sign_in(error: CloudError, federation: AzureFederation) -> NotLetIn:
    """Why Entra did not take our token."""
    for number in _numbers(error):
        if number in SAID_BY_ENTRA:
            cause, sentence = SAID_BY_ENTRA[number]
            said = sentence.format(tenant=federation.tenant_id, client=federation.client_id)
            return NotLetIn(f"{said} (AADSTS{number})", cause)
    return NotLetIn(
        "Microsoft Entra refused our token. Compare application and federated credential with this "
        f"identity's setup. It says: {error.message}",
        RefusalCause.TRUST_POLICY,
    )


def of_subscription(error: CloudError, subscription: str | None, client_id: str) -> NotLetIn:
    """Why the subscription can't be looked at."""
    if error.code == "InvalidAuthenticationTokenTenant":
        return NotLetIn(
            f"Subscription {subscription} belongs to another tenant than application {client_id}. "
            "Link it with an application of its own tenant.",
            RefusalCause.OTHER_ACCOUNT,
        )
    return NotLetIn(
        f"We are let in as application {client_id}, and Azure shows it no subscription {subscription}: there "
        "is none of that id, or the application has no role in it (Azure does not say which). Check the "
        f"subscription's id, and assign the role of this identity's setup. ({error.code})",
        RefusalCause.NOT_TOLD,
    )


def _numbers(error: CloudError) -> list[int]:
    """The error's numbers, the most telling first: the description's own, then the list."""
    told = [int(number) for number in re.findall(r"AADSTS(\d+)", error.message)]
    listed = error.body.get("error_codes")
    return (
        told + [number for number in listed if isinstance(number, int)] if isinstance(listed, list) else told
    )
