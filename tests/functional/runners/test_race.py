"""Several runners of two tenants race for hundreds of jobs: each is taken exactly once, by its own tenant."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain.errors import Fenced, Unavailable
from chalicelib.domain.messages import ClaimRequest, PollRequest
from chalicelib.services.ports.ledger import CreateJob
from tests.support.api import Api
from tests.support.runners import Registered, Tenant, a_tenant

JOBS = 110
"""Of each tenant."""
RUNNERS = 3
"""Of each tenant."""


@pytest.fixture
def tenants(api: Api) -> list[Tenant]:
    return [a_tenant(api, "ada"), a_tenant(api, "bob")]


def test_each_job_is_taken_once_by_its_own_tenant_and_nobody_starves(api: Api, tenants: list[Tenant]) -> None:
    runners = {tenant.zone_id: [tenant.register(f"build-{n}") for n in range(RUNNERS)] for tenant in tenants}
    jobs = {tenant.zone_id: many_jobs(tenant) for tenant in tenants}
    everybody = [(zone, runner) for zone, ones in runners.items() for runner in ones]
    with ThreadPoolExecutor(len(everybody)) as pool:
        taken = list(pool.map(lambda one: work(api, one[1]), everybody))
    by_zone: dict[str, Counter[str]] = {zone: Counter() for zone in jobs}
    for (zone, _), won in zip(everybody, taken, strict=True):
        by_zone[zone].update(won)
        assert len(won) >= JOBS / RUNNERS / 10, "everybody gets a share"
    for zone, wanted in jobs.items():
        assert by_zone[zone] == Counter(wanted), "each job exactly once, and no other tenant's"


def many_jobs(tenant: Tenant) -> list[str]:
    """Dispatched jobs for any runner, copied from one that was made as people make them."""
    first = tenant.read(tenant.job())
    accounts = [tenant.identity_id, *(tenant.another_identity(f"Account {n}") for n in range(6))]
    copies = [
        first.model_copy(
            update={
                "job_id": f"{first.job_id}-{number:03}",
                "identity_id": accounts[number % len(accounts)],
            }
        )
        for number in range(1, JOBS)
    ]
    for fifty in range(0, len(copies), 50):
        tenant.api.container.ledger.commit(*map(CreateJob, copies[fifty : fifty + 50]))
    return [first.job_id, *(copy.job_id for copy in copies)]


def work(api: Api, runner: Registered) -> list[str]:
    """Poll and claim until nothing is left, eight at a time."""
    services = api.container
    won: list[str] = []
    while True:
        poll = PollRequest(runner_version="1", slots=8)
        offers = services.polls.poll(runner.runner_id, poll).offers
        if not offers:
            return won
        for offer in offers:
            claim = ClaimRequest(
                attempt=offer.attempt,
                claim_id=f"claim-{runner.runner_id}",
                runner_version="1",
                terraform_versions=[],
            )
            try:
                services.runner_protocol.claim(runner.runner_id, offer.job_id, claim)
            except (Fenced, Unavailable):
                continue  # another was quicker
            won.append(offer.job_id)
