"""The main job on a spec with every kind of component, two databases and two caches: nothing is played here
but the cloud.

Each fixture is a stage of the one journey, from those in ``conftest.py`` on; tests look at what a stage left.
"""

from typing import Any

import pytest

from alethia.client import Client
from alethia.embedded.stack import CLOUD_ACCOUNT
from alethia.transport import Refused
from tests.support.aws_calls import not_allowed, recorded_calls

from .driver import Driver

STALE = "Configuration has changed since the plan was generated. Please re-plan."

Json = dict[str, Any]


@pytest.fixture(scope="module")
def destroyed(driver: Driver, spec_id: str, applied: Json, secrets: dict[str, str]) -> Json:
    """The run; its secrets were read before."""
    run = driver.destroy(spec_id)
    assert run["status"] == "DONE", driver.story(run)
    return run


def test_a_plan_changes_nothing(driver: Driver, spec_id: str, planned: Json) -> None:
    assert driver.client.spec(spec_id)["status"] == "DRAFT"
    assert driver.stack.inventory() == {}


def test_the_review_counts_groups_and_pages_what_would_happen(client: Client, planned: Json) -> None:
    review = client.review(planned["plan_job_id"])
    resources = list(client.review_resources(planned["plan_job_id"]))

    counts = review["summary"]["counts"]
    assert counts["create"] == len(resources) > 80
    assert (counts["update"], counts["replace"], counts["destroy"]) == (0, 0, 0)
    assert {"AWS EKS", "AWS SQS"} <= {group["name"] for group in review["summary"]["groups"]}
    assert review["cost"]["monthly_usd"] is None
    assert review["cost"]["not_estimated"]
    assert review["digest"] == planned["plan_digest"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("database", {"orders", "reports"}),
        ("cache", {"sessions", "pages"}),
        ("queue", {"emails", "payments.fifo"}),
    ],
)
def test_every_component_of_the_spec_is_in_the_plan(
    client: Client, planned: Json, kind: str, names: set[str]
) -> None:
    resources = client.review_resources(planned["plan_job_id"])

    assert {one["component_name"] for one in resources if one["component_kind"] == kind} == names


def test_no_value_that_terraform_calls_sensitive_is_shown(client: Client, planned: Json) -> None:
    for resource in client.review_resources(planned["plan_job_id"]):
        for change in resource["attributes"]:
            if change["sensitive"]:
                assert change["before"] is None
                assert change["after"] is None


def test_each_database_and_cache_has_endpoints_of_its_own(
    client: Client, spec_id: str, applied: Json
) -> None:
    spec = client.spec(spec_id)
    facts = {(one["kind"], one["name"]): one["facts"] for one in spec["components"]}

    assert spec["status"] == "ACTIVE"
    databases = [facts["database", name] for name in ("orders", "reports")]
    caches = [facts["cache", name] for name in ("sessions", "pages")]
    for found in (*databases, *caches):
        assert any("endpoint" in name and value for name, value in found.items()), found
    assert len({str(found) for found in (*databases, *caches)}) == 4
    assert facts["cluster", "cluster"]


def test_every_component_is_active(client: Client, spec_id: str, applied: Json) -> None:
    spec = client.spec(spec_id)

    assert {one["status"] for one in spec["components"]} == {"ACTIVE"}


def test_a_second_plan_finds_nothing_to_do(driver: Driver, spec_id: str, applied: Json) -> None:
    run = driver.plan(spec_id)

    counts = driver.client.review(run["plan_job_id"])["summary"]["counts"]
    assert (run["status"], sum(counts.values())) == ("DONE", 0), [
        (one["address"], one["action"], one["attributes"])
        for one in driver.client.review_resources(run["plan_job_id"])
        if one["action"] != "no-op"
    ]


def test_a_plan_that_an_edit_made_stale_is_refused_with_what_changed(
    driver: Driver, spec_id: str, applied: Json
) -> None:
    queues = driver.client.spec(spec_id)["form"]["queues"]
    driver.edit(spec_id, queues=[*queues, {"name": "returns"}])
    run = driver.plan(spec_id)
    assert run["status"] == "AWAITING_REVIEW", driver.story(run)
    driver.edit(spec_id, queues=[*queues, {"name": "returns", "delay_seconds": 5}])

    with pytest.raises(Refused) as refusal:
        driver.approve(run)

    assert str(refusal.value) == STALE
    assert any("returns" in change for change in refusal.value.details["changed"])
    assert driver.client.spec(spec_id)["status"] == "ACTIVE"
    driver.edit(spec_id, queues=queues)


def test_destroying_needs_the_projects_name(driver: Driver, spec_id: str, applied: Json) -> None:
    with pytest.raises(Exception, match="project"):
        driver.client.destroy(spec_id, project_name="another")


def test_a_destroy_leaves_the_account_empty(driver: Driver, spec_id: str, destroyed: Json) -> None:
    assert driver.stack.inventory() == {}
    spec = driver.client.spec(spec_id)
    assert spec["status"] == "DESTROYED"


def test_terraform_asked_for_nothing_beyond_what_the_link_allows(driver: Driver, destroyed: Json) -> None:
    calls = recorded_calls(driver.stack.cloud_url, CLOUD_ACCOUNT)
    assert len(calls) > 100
    assert not_allowed(calls) == []
