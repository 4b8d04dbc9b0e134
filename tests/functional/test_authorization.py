"""Who may call what: one table, whole. A route that is not in it fails.

Everybody below the route's line is refused, each in their own way: nobody is told to sign in (401), a caller
of another kind what the route is for (403), a member with too small a role which role it takes (403), and a
stranger nothing: what is another tenant's looks exactly as if it did not exist (404). Refusals change
nothing, so the whole table is asked of one zone; then the least caller who may is let through.

A new route gets a line here, and what it takes in ``tests/support/right_requests.py``.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api.routing import Operation
from chalicelib.domain.words import Role
from tests.support.api import Client
from tests.support.populated import (
    OWN_RUNNER,
    PLATFORM,
    STRANGER,
    STRANGERS_RUNNER,
    PopulatedZone,
    populated_zone,
)
from tests.support.right_requests import OPERATIONS, in_order, label, right_caller, right_request

VIEWER, PLANNER, APPROVER, ADMIN = Role
PUBLIC = "public"
PERSON = "any person"
RUNNER = "runner"
JOB = "job"

LEAST: dict[str, str] = {
    # what is about nobody's zone
    "GET /api/openapi.json": PUBLIC,
    "GET /api/health": PUBLIC,
    "GET /api/oidc/.well-known/openid-configuration": PUBLIC,
    "GET /api/oidc/keys": PUBLIC,
    "GET /api/me": PERSON,
    "GET /api/catalogue/{provider}": PERSON,
    "GET /api/zones": PERSON,
    "POST /api/zones": PERSON,
    "POST /api/invitations/accept": PERSON,
    # zones and what is linked to them
    "GET /api/zones/{zone_id}": VIEWER,
    "PUT /api/zones/{zone_id}": ADMIN,
    "GET /api/zones/{zone_id}/members": VIEWER,
    "POST /api/zones/{zone_id}/members": ADMIN,
    "GET /api/zones/{zone_id}/members/{member_id}": VIEWER,
    "PUT /api/zones/{zone_id}/members/{member_id}": ADMIN,
    "DELETE /api/zones/{zone_id}/members/{member_id}": ADMIN,
    "GET /api/zones/{zone_id}/invitations": ADMIN,
    "POST /api/zones/{zone_id}/invitations": ADMIN,
    "DELETE /api/zones/{zone_id}/invitations/{invitation_id}": ADMIN,
    "GET /api/zones/{zone_id}/audit": ADMIN,
    "GET /api/zones/{zone_id}/rules": VIEWER,
    "PUT /api/zones/{zone_id}/rules": ADMIN,
    "GET /api/zones/{zone_id}/identities": VIEWER,
    "POST /api/zones/{zone_id}/identities": ADMIN,
    "GET /api/zones/{zone_id}/identities/{identity_id}": VIEWER,
    "PUT /api/zones/{zone_id}/identities/{identity_id}": ADMIN,
    "DELETE /api/zones/{zone_id}/identities/{identity_id}": ADMIN,
    "GET /api/zones/{zone_id}/identities/{identity_id}/setup": VIEWER,
    "GET /api/zones/{zone_id}/identities/{identity_id}/runner-setup": VIEWER,
    "GET /api/zones/{zone_id}/identities/{identity_id}/resources": VIEWER,
    "POST /api/zones/{zone_id}/identities/{identity_id}/test": PLANNER,
    "POST /api/zones/{zone_id}/identities/{identity_id}/fetch-resources": PLANNER,
    "GET /api/zones/{zone_id}/git-links": VIEWER,
    "GET /api/zones/{zone_id}/git-links/{host}": VIEWER,
    "PUT /api/zones/{zone_id}/git-links/{host}": ADMIN,
    "DELETE /api/zones/{zone_id}/git-links/{host}": ADMIN,
    "GET /api/zones/{zone_id}/runners": VIEWER,
    "POST /api/zones/{zone_id}/runners": ADMIN,
    "GET /api/zones/{zone_id}/runners/{runner_id}": VIEWER,
    "POST /api/zones/{zone_id}/runners/{runner_id}/rotate": ADMIN,
    "POST /api/zones/{zone_id}/runners/{runner_id}/drain": ADMIN,
    "POST /api/zones/{zone_id}/runners/{runner_id}/undrain": ADMIN,
    "DELETE /api/zones/{zone_id}/runners/{runner_id}": ADMIN,
    "POST /api/zones/{zone_id}/runners/deploy": ADMIN,
    "POST /api/zones/{zone_id}/runners/{runner_id}/update": ADMIN,
    "POST /api/zones/{zone_id}/runners/{runner_id}/destroy": ADMIN,
    # specs
    "GET /api/zones/{zone_id}/specs": VIEWER,
    "POST /api/specs": PLANNER,
    "GET /api/specs/{spec_id}": VIEWER,
    "PUT /api/specs/{spec_id}": PLANNER,
    "DELETE /api/specs/{spec_id}": PLANNER,
    "GET /api/specs/{spec_id}/preview": VIEWER,
    "GET /api/specs/{spec_id}/kubeconfig": VIEWER,
    "GET /api/specs/{spec_id}/conversion": VIEWER,
    "POST /api/specs/{spec_id}/convert": PLANNER,
    "POST /api/specs/{spec_id}/plan": PLANNER,
    "POST /api/specs/{spec_id}/bootstrap": PLANNER,
    "POST /api/specs/{spec_id}/destroy": APPROVER,
    "GET /api/specs/{spec_id}/state": VIEWER,
    "GET /api/specs/{spec_id}/state/versions": VIEWER,
    "GET /api/specs/{spec_id}/state/versions/{version_id}": VIEWER,
    "GET /api/specs/{spec_id}/state/acts": VIEWER,
    "GET /api/specs/{spec_id}/state/diff": ADMIN,
    "GET /api/specs/{spec_id}/state/pull": ADMIN,
    "POST /api/specs/{spec_id}/state/rollback": ADMIN,
    "POST /api/specs/{spec_id}/state/break-lock": ADMIN,
    # runs and jobs
    "GET /api/runs": VIEWER,
    "GET /api/runs/{run_id}": VIEWER,
    "POST /api/runs/{run_id}/approve": APPROVER,
    "POST /api/runs/{run_id}/reject": APPROVER,
    "GET /api/jobs": VIEWER,
    "GET /api/jobs/{job_id}": VIEWER,
    "GET /api/jobs/{job_id}/logs": VIEWER,
    "GET /api/jobs/{job_id}/log": VIEWER,
    "GET /api/jobs/{job_id}/events": VIEWER,
    "GET /api/jobs/{job_id}/plan": VIEWER,
    "GET /api/jobs/{job_id}/plan/pages/{number}": VIEWER,
    "POST /api/jobs/{job_id}/cancel": PLANNER,
    "POST /api/jobs/{job_id}/rerun": PLANNER,
    # runners, and the jobs that they have in hand
    "POST /api/runners/poll": RUNNER,
    "POST /api/jobs/{job_id}/claim": RUNNER,
    "POST /api/jobs/{job_id}/worker-ended": RUNNER,
    "POST /api/jobs/{job_id}/heartbeat": JOB,
    "POST /api/jobs/{job_id}/report": JOB,
    "POST /api/jobs/{job_id}/cloud-credentials": JOB,
    "POST /api/jobs/{job_id}/cloud-token": JOB,
    "POST /api/jobs/{job_id}/git-token": JOB,
    "POST /api/jobs/{job_id}/data-keys": JOB,
    "POST /api/jobs/{job_id}/data-keys/open": JOB,
    "POST /api/jobs/{job_id}/uploads": JOB,
    "POST /api/jobs/{job_id}/downloads": JOB,
    "GET /api/jobs/{job_id}/state": JOB,
    "POST /api/jobs/{job_id}/state/lock": JOB,
    "POST /api/jobs/{job_id}/state/unlock": JOB,
    "POST /api/jobs/{job_id}/state/commit": JOB,
}
"""Route → the least that may call it. Roles include the ones before: viewer, planner, approver, admin."""

SIGN_IN, NOT_FOR_YOU, NOTHING_THERE = 401, 403, 404
AS_IT_STANDS = (409, 423)
"""The caller may, and the world is not so just now: routes that were asked before have changed it."""


@pytest.fixture(scope="module")
def zone(dynamodb_endpoint: str, issuer_folder: Path) -> Iterator[PopulatedZone]:
    with populated_zone(dynamodb_endpoint, issuer_folder) as populated:
        yield populated


@pytest.fixture(scope="module")
def as_it_was(zone: PopulatedZone) -> list[Any]:
    """The zone before anybody asked for anything."""
    return zone.as_it_stands()


def test_the_table_names_every_route_and_no_other() -> None:
    assert {label(operation) for operation in OPERATIONS} == set(LEAST)


def refusals(zone: PopulatedZone, least: str) -> Iterator[tuple[str, Client, int]]:
    """Who is refused, and how."""
    people = {role: zone.api.as_user(role) for role in Role}
    stranger = zone.api.as_user(STRANGER)
    runners = {name: zone.as_runner(name) for name in (PLATFORM, OWN_RUNNER, STRANGERS_RUNNER)}
    job, other_job = zone.as_job(zone.working), zone.as_job(zone.waiting)
    if least == PUBLIC:
        return
    yield "nobody", zone.api.nobody, SIGN_IN
    if least not in (RUNNER, JOB):
        yield "a runner", runners[OWN_RUNNER], NOT_FOR_YOU
        yield "a job", job, NOT_FOR_YOU
        if least != PERSON:
            yield "a stranger", stranger, NOTHING_THERE
            for role in Role:
                if not role.includes(Role(least)):
                    yield role, people[role], NOT_FOR_YOU
        return
    yield "an admin", people[ADMIN], NOT_FOR_YOU
    yield "a stranger", stranger, NOT_FOR_YOU
    if least == RUNNER:
        yield "a job", job, NOT_FOR_YOU
    else:
        yield "a runner", runners[PLATFORM], NOT_FOR_YOU
        yield "another job", other_job, NOTHING_THERE


@pytest.mark.parametrize("operation", OPERATIONS, ids=label)
def test_everybody_below_the_line_is_refused(
    zone: PopulatedZone, as_it_was: list[Any], operation: Operation
) -> None:
    least = LEAST[label(operation)]
    request = right_request(zone, operation)
    for who, client, status in refusals(zone, least):
        reply = request.sent_by(client)
        assert reply.status == status, (who, reply.status, reply.body)
        assert set(reply.error) == {"code", "message", "field", "problems", "details", "request_id"}
        if who in list(Role):
            assert least in reply.error["message"]
        elif status == NOT_FOR_YOU:
            assert "This route is for" in reply.error["message"]
    assert operation.method == "GET" or zone.as_it_stands() == as_it_was


@pytest.mark.parametrize(
    "operation",
    [one for one in OPERATIONS if one.path_names and LEAST.get(label(one)) in [*Role, JOB]],
    ids=label,
)
def test_what_is_anothers_looks_as_if_it_did_not_exist(zone: PopulatedZone, operation: Operation) -> None:
    request = right_request(zone, operation)
    is_job = LEAST[label(operation)] == JOB
    stranger = zone.as_job(zone.waiting) if is_job else zone.api.as_user(STRANGER)
    theirs = request.sent_by(stranger)
    ids = [name for name in operation.path_names if name.endswith("_id")]
    nothing = request.sent_by(stranger, **dict.fromkeys(ids, "never-was"))
    assert (theirs.status, nothing.status) == (NOTHING_THERE, NOTHING_THERE)
    assert {**theirs.error, "request_id": ""} == {**nothing.error, "request_id": ""}


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if re.search("{zone_id}/.*{", one.path)], ids=label
)
def test_what_is_anothers_is_not_in_ones_own_zone(
    zone: PopulatedZone, as_it_was: list[Any], operation: Operation
) -> None:
    """A stranger who names their own zone, of which they are the admin, beside somebody else's thing."""
    reply = right_request(zone, operation).sent_by(zone.api.as_user(STRANGER), zone_id=zone.strangers_zone_id)
    assert reply.status == NOTHING_THERE or keyed_by_name(operation), reply.body
    assert operation.method == "GET" or zone.as_it_stands() == as_it_was


def keyed_by_name(operation: Operation) -> bool:
    """Every zone may have a link to the host of this name; it is its own."""
    return "{host}" in operation.path and operation.method in ("PUT", "DELETE")


@pytest.mark.parametrize("runner", [OWN_RUNNER, STRANGERS_RUNNER])
def test_a_job_is_claimed_by_the_runner_that_it_is_for(zone: PopulatedZone, runner: str) -> None:
    claim = next(one for one in OPERATIONS if one.path.endswith("/claim"))
    reply = right_request(zone, claim).sent_by(zone.as_runner(runner))
    assert reply.status == NOTHING_THERE, reply.body


@pytest.mark.parametrize("operation", in_order(OPERATIONS), ids=label)
def test_the_least_who_may_gets_through(zone: PopulatedZone, operation: Operation) -> None:
    least = LEAST[label(operation)]
    people = {PUBLIC: zone.api.nobody, PERSON: zone.api.as_user("somebody")}
    reply = right_request(zone, operation).sent_by(
        people.get(least) or right_caller(zone, operation, person=least)
    )
    assert reply.status < 300 or reply.status in AS_IT_STANDS, reply.body
