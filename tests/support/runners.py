"""Self-hosted runners and jobs for them, made as people make them."""

from dataclasses import dataclass
from typing import Any

from chalicelib.domain.messages import ClaimRequest, PollAnswer, PollRequest
from chalicelib.domain.words import JobType
from chalicelib.services.access import Principal
from chalicelib.services.identities import IdentityForm
from chalicelib.services.paging import PageRequest
from chalicelib.services.ports.jobs import JobRecord

from .api import Api, Client
from .builders import ACCOUNT, ROLE


@dataclass(frozen=True)
class Registered:
    """A registered runner and what it shows."""

    runner_id: str
    credential: str
    client: Client

    def poll(self, *, slots: int = 1, running: tuple[str, ...] = (), **more: Any) -> PollAnswer:
        """Ask for work; the offers."""
        request = PollRequest(runner_version="1", slots=slots, running=list(running), **more)
        reply = self.client.post("/api/runners/poll", request.model_dump())
        assert reply.status == 200, reply.body
        return PollAnswer.model_validate(reply.json)

    def offered(self, **how: Any) -> list[str]:
        """Ids of the jobs that a poll offers."""
        return [offer.job_id for offer in self.poll(**how).offers]

    def claim(self, job_id: str, *, attempt: int = 1, claim_id: str = "claim-0001") -> Any:
        """The raw reply to a claim."""
        request = ClaimRequest(
            attempt=attempt,
            claim_id=f"{claim_id}-{self.runner_id}",
            runner_version="1",
            terraform_versions=[],
        )
        return self.client.post(f"/api/jobs/{job_id}/claim", request.model_dump())


@dataclass(frozen=True)
class Tenant:
    """A zone with its admin and a linked account."""

    api: Api
    user: str
    zone_id: str
    identity_id: str

    @property
    def admin(self) -> Client:
        return self.api.as_user(self.user)

    def register(self, name: str = "build-7") -> Registered:
        """A new runner of the zone."""
        made = self.admin.post(f"/api/zones/{self.zone_id}/runners", {"name": name})
        assert made.status == 201, made.body
        runner_id, credential = made.json["runner"]["runner_id"], made.json["credential"]
        return Registered(runner_id, credential, Client(self.api.gateway, f"Runner {credential}"))

    def job(self, runner: str | None = "any", *, identity_id: str | None = None) -> str:
        """A connection test that waits for a runner; its id."""
        job = self.api.container.single_jobs.about_identity(
            Principal(self.user),
            JobType.CONNECTION_TEST,
            self.zone_id,
            identity_id or self.identity_id,
            runner=runner,
            idempotency_key=None,
        )
        return job.job_id

    def another_identity(self, name: str) -> str:
        """One more linked account; its id."""
        form = IdentityForm(name=name, account_id=ACCOUNT, role_reference=ROLE)
        return self.api.container.identities.seed_verified(self.zone_id, form).identity_id

    def read(self, job_id: str) -> JobRecord:
        """The job's row."""
        job = self.api.container.job_store.get(job_id)
        assert job is not None
        return job

    def shown(self, runner_id: str) -> dict[str, Any]:
        """A runner as the API shows it."""
        reply = self.admin.get(f"/api/zones/{self.zone_id}/runners/{runner_id}")
        assert reply.status == 200, reply.body
        shown: dict[str, Any] = reply.json
        return shown

    def audited(self, action: str) -> list[dict[str, Any]]:
        """Audit entries of one action, newest first."""
        page = self.api.container.audit_store.of_zone(self.zone_id, PageRequest(limit=100))
        return [entry.model_dump() for entry in page.items if entry.action == action]


def a_tenant(api: Api, user: str = "ada") -> Tenant:
    """A zone of `user`'s, with an account that works."""
    zone_id = api.a_zone(user)
    return Tenant(api, user, zone_id, api.a_verified_identity(zone_id).identity_id)
