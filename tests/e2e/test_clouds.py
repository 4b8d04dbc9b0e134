"""GCP and Azure: the demo's environments from plan to destroy, by the real terraform and stand-in providers.

No token that lets a job in is found anywhere afterwards, neither ours nor the clouds' own. What the state
of terraform holds in clear is nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest

from alethia.cli.specs import read_form
from alethia.demo.clouds import AZURE, GCP, DemoCloud
from alethia.embedded.stack import Stack

from .driver import Driver
from .searching import Arguments, answers, assert_absent, logs, objects, rows
from .secret_values import in_state

Json = dict[str, Any]

CACHES = ("google_redis_instance", "azurerm_managed_redis")


@contextmanager
def heard(stack: Stack) -> Iterator[dict[str, str]]:
    """Every token that goes in or out of the two clouds meanwhile, by what it is and its number."""
    tokens: dict[str, str] = {}
    clouds = stack.other_clouds
    answer = clouds.answer

    def listening(method: str, target: str, authorization: str, body: bytes) -> Any:
        said = answer(method, target, authorization, body)
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()} | dict(said)
        for name in ("subject_token", "client_assertion", "access_token", "accessToken"):
            if name in fields:
                tokens[f"{name} {len(tokens)}"] = fields[name]
        return said

    clouds.answer = listening  # type: ignore[method-assign]
    try:
        yield tokens
    finally:
        clouds.answer = answer  # type: ignore[method-assign]


@pytest.mark.parametrize("cloud", [GCP, AZURE], ids=lambda cloud: cloud.provider)
def test_an_environment_comes_and_goes_and_no_token_stays(
    driver: Driver, stack: Stack, cloud: DemoCloud
) -> None:
    form = {**read_form(cloud.spec), "cloud_identity": driver.account(cloud.provider)}
    with heard(stack) as tokens, Arguments() as arguments:
        spec_id = driver.create(**form)
        planned = driver.plan(spec_id)
        assert planned["status"] == "AWAITING_REVIEW", driver.story(planned)
        driver.approve(planned)
        applied = driver.settled(planned["run_id"], passing=("AWAITING_REVIEW",))
        assert applied["status"] == "DONE", driver.story(applied)
        standing = driver.client.spec(spec_id)
        in_clear = in_state(driver.client.pull_state(spec_id, reason="to look for secrets")["state"])
        shown = answers(driver.client, spec_id, "aws")
        destroyed = driver.destroy(spec_id)

    says_that_nothing_real_was_asked(driver, planned, cloud)
    assert {one["status"] for one in standing["components"]} == {"ACTIVE"}
    databases = [one for one in standing["components"] if one["kind"] == "database"]
    assert len(databases) == 2 and all(one["facts"]["writer_endpoint"] for one in databases)
    assert destroyed["status"] == "DONE", driver.story(destroyed)
    assert driver.client.spec(spec_id)["status"] == "DESTROYED"
    ours = [name for name in tokens if name.startswith(("subject_token", "client_assertion"))]
    assert len(ours) == 3, "one for each job"
    assert len(tokens) > len(ours)
    everything = rows(stack) + logs(stack) + objects(stack) + "\n".join(arguments.seen)
    assert standing["project_name"] in everything, "it looks where things are"
    assert_absent(tokens, everything)
    # A cache's password is among them: no provider takes it without keeping it in its state.
    assert any(name.partition(".")[0] in CACHES for name in in_clear), sorted(in_clear)
    assert_absent(in_clear, everything + shown)


def says_that_nothing_real_was_asked(driver: Driver, planned: Json, cloud: DemoCloud) -> None:
    """In the review, in words; and its groups are the services' names."""
    review = driver.client.review(planned["plan_job_id"])
    assert [one["summary"].partition(",")[0] for one in review["warnings"]] == ["Schema-checked offline"]
    assert "Schema-checked offline" in driver.log(planned["plan_job_id"])
    groups = {group["name"] for group in review["summary"]["groups"]}
    label = {"gcp": "GCP ", "azure": "Azure "}[cloud.provider]
    assert all(name.startswith(label) for name in groups - {"Terraform"}), groups
