"""What a stack begins with: a person, their zone, a linked account that works, and the platform's runner.

Everything has an id of its own making, so that seeding again finds what is there. The emulated account is
linked as a customer would link theirs: the roles, their policies and their trust are made there by the
templates. The emulated cloud forgets when it stops, so each start links again.
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

USER = "demo"
ZONE = "demo"
KEY = "embedded"


def seed(settings: Settings, *, runner_secret: str, account_id: str, account_name: str) -> None:
    """Make sure of it all. Without an emulator of customers' AWS, jobs act as the runner by itself."""
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


def _link_again(services: Container, cloud: str, seeded: Identity) -> None:
    """The other accounts of the zone that were linked before the emulated cloud was started anew."""
    page = services.identity_store.of_zone(seeded.zone_id, PageRequest(limit=100))
    for identity in page.items:
        if identity.provider is CloudProvider.AWS and identity.identity_id != seeded.identity_id:
            try:
                _link(services, cloud, identity)
            except StackError:
                continue  # a connection test says so
