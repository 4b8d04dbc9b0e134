"""Sessions in customers' accounts: how long one is used, and what it says when there is none."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.customer_clients import CustomerClients
from chalicelib.domain.errors import CloudRefused, Unavailable
from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.messages import CloudCredentials
from chalicelib.services.ports.clock import iso
from chalicelib.services.ports.customer_stacks import CustomerPlace
from chalicelib.settings import Settings
from tests.support.builders import FakeClock

PLACE = CustomerPlace(
    account_id="1", region="eu-west-1", role="arn:aws:iam::1:role/r", external_id="e", session="job-1"
)


class Sts:
    """Gives sessions of an hour, or refuses for `cause`."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.given = 0
        self.cause: RefusalCause | None = None

    def assume(self, role: str, **asked: Any) -> CloudCredentials:
        if self.cause is not None:
            raise CloudRefused("No.", details={"cause": str(self.cause)})
        self.given += 1
        return CloudCredentials(
            access_key_id=f"ASIA{self.given}",
            secret_access_key="s",
            session_token="t",
            expires_at=iso(self._clock.now() + timedelta(hours=1)),
            account_id="1",
            principal="p",
        )

    def require_external_id(self, role: str, **asked: Any) -> None:
        raise NotImplementedError


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sts(clock: FakeClock) -> Sts:
    return Sts(clock)


@pytest.fixture
def clients(sts: Sts, clock: FakeClock) -> CustomerClients:
    return CustomerClients(sts, clock, Settings(customer_aws_endpoint_url="http://127.0.0.1:9"))


def test_a_session_is_used_until_shortly_before_its_end(
    clients: CustomerClients, sts: Sts, clock: FakeClock
) -> None:
    assert clients.client("ecs", PLACE) is clients.client("ecs", PLACE)
    clock.advance(minutes=49)
    clients.client("ecs", PLACE)
    assert sts.given == 1
    clock.advance(minutes=2)
    clients.client("ecs", PLACE)
    assert sts.given == 2


def test_ended_ones_of_other_jobs_are_kept_no_longer(
    clients: CustomerClients, sts: Sts, clock: FakeClock
) -> None:
    clients.client("ecs", PLACE)
    clock.advance(minutes=55)
    clients.client("ecs", PLACE.model_copy(update={"session": "job-2"}))
    assert len(clients._sessions) == len(clients._clients) == 1


def test_one_that_is_forgotten_is_asked_for_anew(clients: CustomerClients, sts: Sts) -> None:
    before = clients.client("ecs", PLACE)
    clients.forget(PLACE)
    assert clients.client("ecs", PLACE) is not before
    assert sts.given == 2


def test_a_token_service_that_is_not_reached_says_nothing_of_the_role(
    clients: CustomerClients, sts: Sts
) -> None:
    sts.cause = RefusalCause.UNREACHABLE
    with pytest.raises(Unavailable, match="token service in eu-west-1 was not reached"):
        clients.client("ecs", PLACE)
    sts.cause = RefusalCause.EXTERNAL_ID
    with pytest.raises(CloudRefused):
        clients.client("ecs", PLACE)
