"""Both clouds, played, in front of the routes that publish our keys."""

from collections.abc import Iterator

import pytest

from alethia.embedded.gateway import Gateway
from chalicelib import bootstrap
from chalicelib.services.oidc_issuer import OidcIssuer
from chalicelib.settings import Settings
from tests.support.api import Client
from tests.support.builders import FakeClock
from tests.support.clouds import MemoryKeys, PlayedClouds
from tests.support.oidc import PUBLIC_URL, Relying


@pytest.fixture(scope="session")
def keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def issuer(keys: MemoryKeys, clock: FakeClock) -> Iterator[OidcIssuer]:
    """The deployment's own, whose keys the routes publish."""
    settings = Settings(oidc_signing_keys="the-key", public_api_url=PUBLIC_URL)
    container = bootstrap.Container(settings, clock=clock)
    container.__dict__["signing_keys"] = keys
    bootstrap.use(container)
    yield container.oidc_issuer
    bootstrap.use(None)


@pytest.fixture
def clouds(issuer: OidcIssuer, clock: FakeClock) -> Iterator[PlayedClouds]:
    from app import app

    with PlayedClouds(Relying(Client(Gateway(app))), now=lambda: clock.now().timestamp()) as played:
        yield played
