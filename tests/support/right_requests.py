"""For every route one request that its right caller gets through with, in a populated zone.

A new route that takes a body, a query, or an id that is not here yet, gets its line below.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.api.nouns import NOUNS
from chalicelib.api.routing import Operation
from chalicelib.domain.worker import worker_id
from chalicelib.domain.zone import member_id_of

from .api import Client, Reply
from .builders import ACCOUNT, a_form
from .outside import SECRETS
from .populated import (
    DEPLOYED_IN,
    FAILED_IN,
    GIT_HOST,
    GUEST,
    LOCK_ID,
    OWN_RUNNER,
    OWNER,
    PLATFORM,
    REPOSITORY,
    PopulatedZone,
)
from .runs import World

OPERATIONS: list[Operation] = [operation for noun in NOUNS for operation in noun.operations]
SHA = "a" * 64
METHODS = ("GET", "POST", "PUT", "DELETE")
SOONEST, LATEST = ("approve", "break-lock"), ("reject", "cancel", "report", "rotate")
"""Last words of routes that need what others end, and of those that end what others need."""
DEPLOYED = {"update": DEPLOYED_IN, "destroy": FAILED_IN}
"""Last words of routes about a deployed runner → where the one is that they are asked of."""


def label(operation: Operation) -> str:
    """``GET /api/zones``."""
    return f"{operation.method} {operation.path}"


@dataclass(frozen=True)
class RightRequest:
    """What to send, but for who sends it."""

    operation: Operation
    ids: dict[str, str]
    query: dict[str, Any]
    body: dict[str, Any] | None

    def sent_by(self, client: Client, **other_ids: str) -> Reply:
        """The answer to `client`."""
        path = self.operation.path.format(**{**self.ids, **other_ids})
        return client.send(self.operation.method, path, query=self.query, body=self.body)


def right_request(zone: PopulatedZone, operation: Operation) -> RightRequest:
    """The request of a route."""
    route = label(operation)
    body = bodies(zone)[route] if operation.body_model else None
    return RightRequest(operation, ids_for(zone, operation), queries(zone).get(route, {}), body)


def right_caller(zone: PopulatedZone, operation: Operation, person: str = OWNER) -> Client:
    """Who may send it; `person`, where a person does."""
    kind = operation.caller.kind if operation.caller else "user"
    if kind == "job":
        return zone.as_job(world_of(zone, operation))
    if kind == "runner":
        return zone.as_runner(PLATFORM if "{job_id}" in operation.path else OWN_RUNNER)
    return zone.api.as_user(person)


def in_order(operations: Iterable[Operation]) -> list[Operation]:
    """Reads first, deletes last, and what needs a thing before what ends it."""

    def place(operation: Operation) -> tuple[int, bool, bool]:
        path = operation.path
        return METHODS.index(operation.method), not path.endswith(SOONEST), path.endswith(LATEST)

    return sorted(operations, key=place)


def world_of(zone: PopulatedZone, operation: Operation) -> World:
    """The spec, run and job that a route is asked about."""
    if (operation.caller and operation.caller.kind == "runner") or operation.path.endswith("/cancel"):
        return zone.queued
    if operation.path.endswith("/cloud-token"):
        return zone.federated
    if (operation.caller and operation.caller.kind == "job") or "/state" in operation.path:
        return zone.working
    return zone.waiting


def ids_for(zone: PopulatedZone, operation: Operation) -> dict[str, str]:
    """Name in a path → what stands for it."""
    world = world_of(zone, operation)
    where = DEPLOYED.get(operation.path.rpartition("/")[2]) if "{runner_id}" in operation.path else None
    return {
        "zone_id": zone.zone_id,
        "spec_id": world.spec_id,
        "run_id": world.run_id,
        "job_id": world.job.job_id,
        "identity_id": zone.identity_id,
        "runner_id": worker_id(zone.zone_id, ACCOUNT, where) if where else OWN_RUNNER,
        "member_id": member_id_of(zone.zone_id, GUEST),
        "invitation_id": zone.invitation.invitation.invitation_id,
        "host": GIT_HOST,
        "version_id": zone.state_version,
        "number": "1",
        "provider": "aws",
    }


def queries(zone: PopulatedZone) -> dict[str, dict[str, Any]]:
    """What a route must be told in its query."""
    version = zone.state_version
    return {
        "GET /api/runs": {"zone_id": zone.zone_id},
        "GET /api/jobs": {"zone_id": zone.zone_id},
        "GET /api/specs/{spec_id}/conversion": {"provider": "gcp"},
        "GET /api/specs/{spec_id}/state/diff": {"before": version, "after": version},
        "GET /api/specs/{spec_id}/state/pull": {"reason": "because"},
    }


def bodies(zone: PopulatedZone) -> dict[str, dict[str, Any]]:
    """What a route takes."""
    attempt = {"attempt": 1}
    form = a_form(region="eu-west-3", cloud_identity=zone.identity_id)
    decision = {"plan_digest": zone.waiting.run.plan_digest}
    lock = {**attempt, "lock_id": LOCK_ID, "epoch": 1}
    version = zone.state_version
    return {
        "POST /api/zones": {"name": "Second"},
        "PUT /api/zones/{zone_id}": {"name": "Shop"},
        "PUT /api/zones/{zone_id}/rules": {"expected_version": 0, "rules": {}},
        "POST /api/zones/{zone_id}/members": {"user": "newcomer", "role": "viewer"},
        "PUT /api/zones/{zone_id}/members/{member_id}": {"role": "planner"},
        "POST /api/zones/{zone_id}/invitations": {"role": "viewer"},
        "POST /api/invitations/accept": {"code": zone.invitation.code},
        "POST /api/zones/{zone_id}/identities": {"name": "Another", "account_id": ACCOUNT},
        "PUT /api/zones/{zone_id}/identities/{identity_id}": {"name": "Renamed", "account_id": ACCOUNT},
        "POST /api/zones/{zone_id}/identities/{identity_id}/test": {},
        "POST /api/zones/{zone_id}/identities/{identity_id}/fetch-resources": {},
        "POST /api/zones/{zone_id}/runners": {"name": "build-1"},
        "POST /api/zones/{zone_id}/runners/deploy": {
            "identity_id": zone.identity_id,
            "region": "eu-north-1",
            "name": "Theirs",
        },
        "POST /api/zones/{zone_id}/runners/{runner_id}/update": {},
        "POST /api/zones/{zone_id}/runners/{runner_id}/destroy": {"confirm_name": "Theirs"},
        "PUT /api/zones/{zone_id}/git-links/{host}": {"kind": "github", "token": SECRETS["git token"]},
        "POST /api/specs": {"zone_id": zone.zone_id, **form},
        "PUT /api/specs/{spec_id}": {
            **a_form(cloud_identity=zone.identity_id),
            "expected_rev": zone.waiting.spec.current_rev,
        },
        "POST /api/specs/{spec_id}/convert": {"provider": "gcp"},
        "POST /api/specs/{spec_id}/plan": {},
        "POST /api/specs/{spec_id}/bootstrap": {},
        "POST /api/specs/{spec_id}/destroy": {"confirm_project_name": "shop"},
        "POST /api/specs/{spec_id}/state/rollback": {
            "version_id": version,
            "head_version_id": version,
            "reason": "because",
        },
        "POST /api/specs/{spec_id}/state/break-lock": {"lock_id": LOCK_ID, "reason": "because"},
        "POST /api/runs/{run_id}/approve": decision,
        "POST /api/runs/{run_id}/reject": decision,
        "POST /api/jobs/{job_id}/rerun": {},
        "POST /api/runners/poll": {"runner_version": "1", "slots": 1},
        "POST /api/jobs/{job_id}/claim": {
            **attempt,
            "claim_id": "claim-0001",
            "runner_version": "1",
            "terraform_versions": ["1.11.4"],
        },
        "POST /api/jobs/{job_id}/worker-ended": {
            **attempt,
            "claim_id": "claim-of-another",
            "exit_code": 137,
        },
        "POST /api/jobs/{job_id}/heartbeat": {**attempt, "phase": "apply"},
        "POST /api/jobs/{job_id}/report": {**attempt, "outcome": "succeeded"},
        "POST /api/jobs/{job_id}/cloud-credentials": attempt,
        "POST /api/jobs/{job_id}/cloud-token": attempt,
        "POST /api/jobs/{job_id}/git-token": {**attempt, "repository": REPOSITORY},
        "POST /api/jobs/{job_id}/data-keys": {**attempt, "purpose": "state"},
        "POST /api/jobs/{job_id}/data-keys/open": {**attempt, **zone.state_key},
        "POST /api/jobs/{job_id}/uploads": {**attempt, "name": zone.state_object, "sha256": SHA, "size": 1},
        "POST /api/jobs/{job_id}/downloads": {**attempt, "key": zone.committed.object.key},
        "POST /api/jobs/{job_id}/state/lock": {**attempt, "lock": {"id": LOCK_ID}},
        "POST /api/jobs/{job_id}/state/unlock": lock,
        "POST /api/jobs/{job_id}/state/commit": zone.committed.model_dump(mode="json"),
    }
