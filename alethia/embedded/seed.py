"""What a stack begins with: a person, their zone, linked accounts that work, and the platform's runner.

Everything has an id of its own making, so that seeding again finds what is there. The emulated accounts are
linked as a customer would link theirs: in AWS the templates make the roles, their policies and their trust;
GCP and Azure are told to trust the identity's subject. The emulated clouds forget when they stop, so each
start links again.
"""

from chalicelib.bootstrap import Container
from chalicelib.domain.identity import AccessMethod, Identity, IdentityForm
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.snapshot import sha256_hex
from chalicelib.domain.words import CloudProvider
from chalicelib.providers.linking.aws import role_arn
from chalicelib.providers.linking.aws_workers import worker_role_arn
from chalicelib.services.access import Principal
from chalicelib.services.paging import PageRequest
from chalicelib.services.ports.runners import RunnerRecord
from chalicelib.settings import Settings

from . import customers
from .errors import StackError
from .other_clouds.links import federation_of, set_up

USER = "demo"
ZONE = "demo"
KEY = "embedded"


OTHERS = {
    CloudProvider.GCP: ("Emulated GCP project", "emulated-shop-1234", "europe-west4"),
    CloudProvider.AZURE: (
        "Emulated Azure subscription",
        "3f1d9a52-0000-4000-8000-5e1a7b1e0000",
        "westeurope",
    ),
}
"""Name, account and region of the accounts in clouds other than AWS."""


def seed(
    settings: Settings, *, runner_secret: str, account_id: str, account_name: str, other_clouds: str
) -> None:
    """Make sure of it all. Without an emulator of customers' AWS, jobs act as the runner by itself.

    Parameters
    ----------
    other_clouds : str
        Where the emulated GCP and Azure are.
    """
    services = Container(settings)
    zone = services.zones.create(Principal(user=USER), ZONE, key=KEY, request_hash=KEY)
    cloud = settings.customer_aws_endpoint_url
    form = IdentityForm(name=account_name, account_id=account_id)
    if cloud is None:
        services.identities.seed_verified(
            zone.zone_id, form.model_copy(update={"method": AccessMethod.RUNNER})
        )
    else:
        identity = services.identities.seed_verified(zone.zone_id, form, roles_of=_roles)
        _link(services, cloud, identity)
        _link_again(services, cloud, identity)
    for provider, (name, other_id, region) in OTHERS.items():
        services.identities.seed_verified(zone.zone_id, _federated(provider, name, other_id, region))
    _link_others(services, other_clouds, zone.zone_id)
    services.runners.put(
        RunnerRecord(
            runner_id=settings.platform_runner,
            kind=RunnerKind.FARGATE,
            name="This machine",
            credential_sha256=sha256_hex(runner_secret),
        )
    )


def _roles(identity: Identity) -> dict[str, str]:
    return {"role_reference": role_arn(identity), "worker_role_reference": worker_role_arn(identity)}


def _link(services: Container, cloud: str, identity: Identity) -> None:
    """Play the customer, for each role that the templates made."""
    if identity.role_reference == role_arn(identity):
        customers.click(cloud, identity, services.our_side)
    if identity.worker_role_reference == worker_role_arn(identity):
        customers.click_for_runners(cloud, identity, services.our_side)


def _federated(provider: CloudProvider, name: str, account_id: str, region: str) -> IdentityForm:
    made = federation_of(provider, account_id)
    return IdentityForm.model_validate(
        {
            "provider": provider,
            "name": name,
            "account_id": account_id,
            "method": AccessMethod.FEDERATION,
            "region": region,
            provider.value: made.model_dump(),
        }
    )


def _link_others(services: Container, other_clouds: str, zone_id: str) -> None:
    """Play the customers of GCP and Azure; an identity whose setup was not followed yet stays as it is."""
    for identity in services.identity_store.of_zone(zone_id, PageRequest(limit=100)).items:
        if identity.gcp is not None or identity.azure is not None:
            set_up(other_clouds, identity, services.our_side.issuer_url)


def _link_again(services: Container, cloud: str, seeded: Identity) -> None:
    """The other accounts of the zone that were linked before the emulated cloud was started anew."""
    page = services.identity_store.of_zone(seeded.zone_id, PageRequest(limit=100))
    for identity in page.items:
        if identity.provider is CloudProvider.AWS and identity.identity_id != seeded.identity_id:
            try:
                _link(services, cloud, identity)
            except StackError:
                continue  # a connection test says so
