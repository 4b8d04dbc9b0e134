"""The customer, who makes their side of a link as the identity's setup says, by the names it proposes."""

import hashlib
import uuid
from typing import Any

import httpx

from chalicelib.domain.identity import AzureFederation, GcpFederation, Identity, subject_of
from chalicelib.domain.model import Model
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking.azure import AzureLinking
from chalicelib.providers.linking.gcp import provider_name

from ..errors import StackError
from . import contents
from .azure import Subscription
from .common import Trust
from .gcp import Project

PATH = "/_alethia/links"
"""Where a link is told to the emulator."""

NAME = "alethia"
"""What setups propose as the name of a pool, its provider and a service account."""

CLOUDS = (CloudProvider.GCP, CloudProvider.AZURE)


class Link(Model):
    """An identity, and the issuer that its setup named."""

    identity: Identity
    issuer: str


def set_up(address: str, identity: Identity, issuer: str) -> dict[str, Any]:
    """Make the account's side of a link in the emulator at `address`.

    Returns
    -------
    dict
        The identity's field, ``gcp`` or ``azure``, that the setup's last line would print.

    Raises
    ------
    StackError
        The emulator does not answer.
    """
    link = Link(identity=identity, issuer=issuer)
    try:
        answer = httpx.post(address + PATH, json=link.model_dump(mode="json"), trust_env=False, timeout=10)
        made: dict[str, Any] = answer.raise_for_status().json()
    except httpx.HTTPError as error:
        raise StackError(f"The emulated account of {identity.name} was not linked: {error}") from None
    return made


def federation_of(provider: CloudProvider, account_id: str) -> GcpFederation | AzureFederation:
    """What the setup's commands make in an account where nothing of it is there yet."""
    if provider is CloudProvider.GCP:
        number = int.from_bytes(hashlib.sha256(account_id.encode()).digest()[:4]) + 10**11
        return GcpFederation(
            project_number=str(number),
            pool_id=NAME,
            provider_id=NAME,
            service_account=f"{NAME}@{account_id}.iam.gserviceaccount.com",
        )
    tenant, client = (str(uuid.uuid5(uuid.NAMESPACE_URL, f"{of}:{account_id}")) for of in ("tenant", "app"))
    return AzureFederation(tenant_id=tenant, client_id=client)


def project_of(identity: Identity, gcp: GcpFederation, issuer: str) -> Project:
    """The identity's project once its setup was followed."""
    provider = provider_name(gcp)
    subject = subject_of(identity.zone_id, identity.identity_id)
    account_id = str(identity.account_id)
    return Project(
        trust=Trust(issuer=issuer, audience=provider, subject=subject),
        provider=provider,
        account=gcp.service_account,
        binding=subject,
        project=account_id,
        condition=lambda claims: claims["zone_id"] == identity.zone_id,
        lists=contents.of_project(account_id),
    )


def subscription_of(identity: Identity, azure: AzureFederation, issuer: str) -> Subscription:
    """The identity's subscription once its setup was followed."""
    account_id = str(identity.account_id)
    audience = AzureLinking().audience(identity.model_copy(update={"azure": azure}))
    assert audience is not None, "an identity with an application takes tokens"
    return Subscription(
        trust=Trust(
            issuer=issuer,
            audience=audience,
            subject=subject_of(identity.zone_id, identity.identity_id),
        ),
        tenant=azure.tenant_id,
        application=azure.client_id,
        subscription=account_id,
        lists=contents.of_subscription(account_id),
    )
