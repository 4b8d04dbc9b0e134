"""What a stack begins with: a person, their zone, a linked account that works, and the platform's runner.

Everything has an id of its own making, so that seeding again finds what is there.
"""

from chalicelib.bootstrap import Container
from chalicelib.domain.identity import IdentityForm
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.snapshot import sha256_hex
from chalicelib.services.access import Principal
from chalicelib.services.ports.runners import RunnerRecord
from chalicelib.settings import Settings

USER = "demo"
ZONE = "demo"
KEY = "embedded"


def seed(settings: Settings, *, runner_secret: str, account_id: str, account_name: str) -> None:
    """Make sure of it all."""
    services = Container(settings)
    zone = services.zones.create(Principal(user=USER), ZONE, key=KEY, request_hash=KEY)
    services.identities.seed_verified(zone.zone_id, IdentityForm(name=account_name, account_id=account_id))
    services.runners.put(
        RunnerRecord(
            runner_id=settings.platform_runner,
            kind=RunnerKind.FARGATE,
            name="This machine",
            credential_sha256=sha256_hex(runner_secret),
        )
    )
