"""Two companies on one Alethia: people with roles, accounts linked without a key, runners of their own.

Acme's people do everything from the invitation to the destroyed environment. Globex does what anybody else's
company may try. The emulated AWS holds any number of accounts and lets nobody into a role that does not trust
them.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from alethia.embedded.runner_env import FILE as RUNNER_ENV
from alethia.embedded.stack import Stack

from .company import Company, Json, a_small_spec, refused


def in_three_days() -> Json:
    """A change window that is not open now."""
    day = datetime.now(UTC) + timedelta(days=3)
    return {"days": [day.strftime("%a").lower()], "begins": "03:00", "ends": "04:00", "time_zone": "UTC"}


@pytest.fixture(scope="module")
def acme(stack: Stack) -> Company:
    company = Company(stack, "acme", "111111111111")
    company.hire()
    company.link()
    return company


@pytest.fixture(scope="module")
def globex(stack: Stack) -> Company:
    company = Company(stack, "globex", "222222222222")
    company.link()
    return company


@pytest.fixture(scope="module")
def verified(acme: Company, globex: Company) -> None:
    for company in (acme, globex):
        assert company.identity()["status"] == "PENDING"
        job = company.job_about_the_account("test")
        assert job["status"] == "SUCCESS", job["error"]


def test_each_account_is_verified_by_its_own_test(acme: Company, globex: Company, verified: None) -> None:
    for company in (acme, globex):
        assert company.identity()["status"] == "VERIFIED", company.identity()


def test_a_role_of_another_company_lets_nobody_in(acme: Company, globex: Company, verified: None) -> None:
    """The confused deputy: Globex knows the ARN of Acme's role, and links it with an external id of its."""
    form = {
        "name": "Theirs",
        "account_id": acme.account_id,
        "role_reference": acme.identity()["role_reference"],
    }
    identity_id = globex.admin.post(globex.path("identities"), form)["identity_id"]

    job = globex.job_about_the_account("test", identity_id)

    assert job["status"] == "FAILED"
    assert "sts:ExternalId" in job["error"]["message"]
    assert job["result"]["cause"] in ("not_told", "external_id"), job["result"]
    identity = globex.admin.get(globex.path(f"identities/{identity_id}"))
    assert identity["status"] == "PENDING"
    assert identity["problem"]


def test_what_is_in_the_account_is_kept_for_the_form(acme: Company, verified: None) -> None:
    job = acme.job_about_the_account("fetch-resources")

    assert job["status"] == "SUCCESS", job["error"]
    kept = acme.people["vera"].get(acme.path(f"identities/{acme.identity_id}/resources"))
    assert kept["job_id"] == job["job_id"]
    assert any(region["name"] == "eu-west-1" for region in kept["resources"]["regions"])
    assert kept["resources"]["networks"]


@pytest.fixture(scope="module")
def strict(acme: Company) -> None:
    """Two people, neither of them the one who planned."""
    rules = {"approvals_needed": 2, "planner_may_approve": False}
    acme.admin.put(acme.path("rules"), {"expected_version": 0, "rules": rules})


@pytest.fixture(scope="module")
def applied(acme: Company, verified: None, strict: None) -> Json:
    """A spec, from its bootstrap to its last resource, as the zone's rules want it; the run."""
    paul, anna, ben = (acme.people[name] for name in ("paul", "anna", "ben"))
    spec_id = paul.post("specs", a_small_spec(acme))["spec_id"]
    ready = acme.ended(paul.post(f"specs/{spec_id}/bootstrap")["job_id"])
    assert ready["status"] == "SUCCESS", ready["error"]

    run_id = paul.post(f"specs/{spec_id}/plan")["run_id"]
    run = acme.settled(run_id)
    assert run["status"] == "AWAITING_REVIEW", run
    decision = {"plan_digest": run["plan_digest"]}
    assert "planned" in refused(paul.ask("POST", f"runs/{run_id}/approve", decision), 403, 409)
    anna.post(f"runs/{run_id}/approve", decision)
    assert anna.ask("POST", f"runs/{run_id}/approve", decision).status_code in (200, 409), "twice is once"
    assert acme.admin.get(f"runs/{run_id}")["status"] == "AWAITING_REVIEW"
    ben.post(f"runs/{run_id}/approve", decision)
    return acme.settled(run_id, passing=("AWAITING_REVIEW",))


def test_two_others_approve_and_then_it_is_applied(acme: Company, applied: Json) -> None:
    assert applied["status"] == "DONE", applied
    assert acme.admin.get(f"specs/{applied['spec_id']}")["status"] == "ACTIVE"
    assert [one["by"] for one in applied["decisions"]] == ["anna@acme", "ben@acme"]


@contextmanager
def runner_process(stack: Stack, credential: str, folder: Path) -> Iterator[None]:
    """``alethia runner start``, as the README says to start it beside an embedded stack."""
    environ = {**os.environ, "ALETHIA_RUNNER_CREDENTIAL": credential}
    start = [sys.executable, "-m", "alethia", "runner", "start", "--url", stack.url, "--dir", str(folder)]
    command = ["sh", "-c", f'. {stack.data.root / RUNNER_ENV}; exec "$@"', "sh", *start]
    with (folder / "runner.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


def test_a_runner_of_its_own_takes_the_jobs_of_its_company_only(
    stack: Stack, acme: Company, globex: Company, verified: None, tmp_path: Path
) -> None:
    ours, theirs = (
        company.admin.post(company.path("runners"), {"name": "build-1"}) for company in (acme, globex)
    )
    job_id = acme.admin.post(acme.path(f"identities/{acme.identity_id}/test"), {"runner": "any"})["job_id"]
    headers = {"Authorization": f"Runner {theirs['credential']}"}
    poll = {"runner_version": "1", "slots": 1}
    asked = httpx.post(f"{stack.url}/api/runners/poll", json=poll, headers=headers, trust_env=False)
    assert asked.json()["offers"] == []
    foreign = {"runner": ours["runner"]["runner_id"]}
    refused(globex.admin.ask("POST", globex.path(f"identities/{globex.identity_id}/test"), foreign), 422)

    with runner_process(stack, ours["credential"], tmp_path):
        job = acme.ended(job_id)

    assert job["status"] == "SUCCESS", job["error"]
    assert job["runner"] == ours["runner"]["runner_id"]
    claim = {"attempt": 1, "claim_id": "claim-0001", "runner_version": "1", "terraform_versions": []}
    answer = httpx.post(f"{stack.url}/api/jobs/{job_id}/claim", json=claim, headers=headers, trust_env=False)
    assert answer.status_code == 404


def test_an_apply_waits_for_its_window_and_a_runner_of_its_own_does_it_all(
    stack: Stack, globex: Company, verified: None, tmp_path: Path
) -> None:
    made = globex.admin.post(globex.path("runners"), {"name": "build-2"})
    runner = made["runner"]["runner_id"]
    rules = {"default_runner": runner, "change_windows": [in_three_days()]}
    version = globex.admin.put(globex.path("rules"), {"expected_version": 0, "rules": rules})["version"]
    form = a_small_spec(globex)
    spec_id = globex.admin.post("specs", form)["spec_id"]
    with runner_process(stack, made["credential"], tmp_path):
        run = globex.settled(globex.admin.post(f"specs/{spec_id}/plan")["run_id"])
        assert run["status"] == "AWAITING_REVIEW", run
        run_id, plan = run["run_id"], {"plan_digest": run["plan_digest"]}

        approved = globex.admin.post(f"runs/{run_id}/approve", plan)

        apply = globex.admin.get(f"jobs/{approved['apply_job_id']}")
        assert (apply["status"], apply["job_type"]) == ("QUEUED", "DEPLOY")
        assert "when the change window opens" in apply["waits_for"]
        rules["change_windows"] = []
        globex.admin.put(globex.path("rules"), {"expected_version": version, "rules": rules})
        run = globex.settled(run_id, passing=("AWAITING_REVIEW",))
        assert run["status"] == "DONE", run
        typed = {"confirm_project_name": form["project_name"]}
        run = globex.settled(globex.admin.post(f"specs/{spec_id}/destroy", typed)["run_id"])
        assert run["status"] == "DONE", run

    jobs = globex.admin.get("jobs", spec_id=spec_id)["items"]
    done = {(job["job_type"], job["status"], job["runner"]) for job in jobs}
    assert done == {(what, "SUCCESS", runner) for what in ("PLAN", "DEPLOY", "DESTROY")}


def test_nothing_of_one_company_is_there_for_the_other(acme: Company, globex: Company, applied: Json) -> None:
    spec_id, run_id, job_id = applied["spec_id"], applied["run_id"], applied["plan_job_id"]
    mine = globex.admin.get("zones")["items"]
    assert [zone["zone_id"] for zone in mine] == [globex.zone_id]
    for path in (
        f"zones/{acme.zone_id}",
        *(
            f"zones/{acme.zone_id}/{what}"
            for what in ("members", "identities", "runners", "specs", "audit", "rules", "git-links")
        ),
        f"zones/{globex.zone_id}/identities/{acme.identity_id}",
        f"specs/{spec_id}",
        f"specs/{spec_id}/state",
        f"runs/{run_id}",
        f"jobs/{job_id}",
        f"jobs/{job_id}/logs",
        f"jobs/{job_id}/plan",
    ):
        refused(globex.admin.ask("GET", path), 404)


def test_a_destroyed_environment_leaves_the_account_empty(stack: Stack, acme: Company, applied: Json) -> None:
    spec = acme.admin.get(f"specs/{applied['spec_id']}")
    query = {"account": acme.account_id, "region": "eu-west-1"}
    inventory = f"{stack.cloud_url}/_alethia/inventory"

    destroy, typed = f"specs/{spec['spec_id']}/destroy", {"confirm_project_name": spec["project_name"]}
    refused(acme.people["anna"].ask("POST", destroy, typed), 403)
    run = acme.admin.post(destroy, typed)

    assert acme.settled(run["run_id"])["status"] == "DONE"
    left = httpx.get(inventory, params=query, trust_env=False, timeout=30).json()["resources"]
    assert not any(spec["project_name"] in name for names in left.values() for name in names), left


def test_the_audit_trail_tells_the_story(acme: Company, globex: Company, applied: Json) -> None:
    entries = acme.admin.get(acme.path("audit"), limit=100)["items"]
    told = {(entry["actor"], entry["action"]) for entry in entries}

    assert {
        ("user:admin@acme", "zone.created"),
        ("user:paul@acme", "invitation.accepted"),
        ("user:admin@acme", "identity.linked"),
        ("user:paul@acme", "spec.created"),
        ("user:anna@acme", "run.approved"),
        ("user:ben@acme", "run.approved"),
    } <= told, sorted(told)
    assert not any("globex" in str(entry) for entry in entries)
    assert all(entry["origin"]["request_id"] for entry in entries if entry["actor"].startswith("user:"))
    refused(acme.people["anna"].ask("GET", acme.path("audit")), 403)
