"""A runner in a customer's own account, by one job: deployed, given the main job, updated, destroyed.

Each fixture is a stage of the one journey; tests look at what a stage left. Everything is real but the cloud:
the state machine, CloudFormation's template, the containers, terraform.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from alethia.embedded.customers import owner
from alethia.embedded.emulated_aws import clients
from alethia.embedded.provision import WORKER_STACK, state_machine_arn
from alethia.embedded.stack import Stack
from chalicelib.domain.worker import worker_id

from .company import Company, Json, a_small_spec, refused
from .driver import eventually

ACCOUNT, REGION = "333333333333", "eu-west-1"
NAME = "shop-runner"


def link(stack: Stack, company: Company) -> None:
    """Link the account as the README does: the customer, who lets runners be deployed too, is played."""
    form = {"name": "Account", "account_id": ACCOUNT, "region": REGION}
    company.identity_id = company.admin.post(company.path("identities"), form)["identity_id"]
    command = ["identities", "emulate-link", company.identity_id, "--runners"]
    subprocess.run(
        [sys.executable, "-m", "alethia", *command, "--data-dir", str(stack.data.root)],
        env={
            **os.environ,
            "ALETHIA_URL": stack.url,
            "ALETHIA_TOKEN": stack.token(company.admin.name),
            "ALETHIA_ZONE": company.zone_id,
        },
        check=True,
        capture_output=True,
    )


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Company:
    """A company whose account is linked, and lets us deploy runners."""
    company = Company(stack, "shop", ACCOUNT)
    link(stack, company)
    test = company.job_about_the_account("test")
    assert test["status"] == "SUCCESS", test["error"]
    return company


def theirs(stack: Stack, service: str) -> Any:
    """A client of the account's owner."""
    return owner(stack.cloud_url, ACCOUNT, service, REGION)


def inventory(stack: Stack) -> dict[str, list[str]]:
    query = {"account": ACCOUNT, "region": REGION}
    answer = httpx.get(f"{stack.cloud_url}/_alethia/inventory", params=query, trust_env=False, timeout=30)
    found: dict[str, list[str]] = answer.json()["resources"]
    return found


def roles(stack: Stack) -> list[str]:
    """Roles of runners; those of the links are named after identities."""
    found = theirs(stack, "iam").list_roles(PathPrefix="/alethia/")["Roles"]
    return [role["RoleName"] for role in found if "runner-" in role["RoleName"]]


def deploy(company: Company) -> httpx.Response:
    form = {"identity_id": company.identity_id, "region": REGION, "name": NAME}
    return company.admin.ask("POST", company.path("runners/deploy"), form)


def log_of(company: Company, job_id: str) -> str:
    return "".join(one["text"] for one in company.admin.get(f"jobs/{job_id}/logs")["items"])


@pytest.fixture(scope="module")
def blocked(stack: Stack, shop: Company) -> Json:
    """A first try, for which something stands in the way; the job."""
    runner_id = runner_id_of(shop)
    logs = theirs(stack, "logs")
    logs.create_log_group(logGroupName=f"alethia-{runner_id}")
    answer = deploy(shop)
    assert answer.status_code == 202, answer.text
    job = shop.ended(answer.json()["job_id"])
    left = inventory(stack)
    logs.delete_log_group(logGroupName=f"alethia-{runner_id}")
    return {**job, "left": left}


def runner_id_of(company: Company) -> str:
    return worker_id(company.zone_id, ACCOUNT, REGION)


@pytest.fixture(scope="module")
def deployed(shop: Company, blocked: Json) -> Json:
    """The second try; the runner."""
    answer = deploy(shop)
    assert answer.status_code == 202, answer.text
    job = shop.ended(answer.json()["job_id"])
    assert job["status"] == "SUCCESS", (job["error"], log_of(shop, job["job_id"]))
    runner = shop.admin.get(shop.path(f"runners/{runner_id_of(shop)}"))
    return {**runner, "job": job}


@pytest.fixture(scope="module")
def credential(stack: Stack, deployed: Json) -> str:
    """What the customer's Secrets Manager holds."""
    secret = deployed["worker"]["outputs"]["credential_secret"]
    return str(theirs(stack, "secretsmanager").get_secret_value(SecretId=secret)["SecretString"])


@pytest.fixture(scope="module")
def planned(shop: Company, deployed: Json) -> Json:
    """A plan that the deployed runner made; the run."""
    form = a_small_spec(shop, storage_buckets=[{"name": "uploads"}])
    spec_id = shop.admin.post("specs", form)["spec_id"]
    run = shop.admin.post(f"specs/{spec_id}/plan", {"runner": deployed["runner_id"]})
    run = shop.settled(run["run_id"])
    assert run["status"] == "AWAITING_REVIEW", (run, log_of(shop, run["plan_job_id"]))
    return {**run, "project_name": form["project_name"]}


@pytest.fixture(scope="module")
def updated(shop: Company, deployed: Json, planned: Json) -> Json:
    """Updated while the plan waits; the runner."""
    path = shop.path(f"runners/{deployed['runner_id']}/update")
    job = shop.ended(shop.admin.post(path, {"memory_mib": 3072})["job_id"])
    assert job["status"] == "SUCCESS", (job["error"], log_of(shop, job["job_id"]))
    return shop.admin.get(shop.path(f"runners/{deployed['runner_id']}"))


@pytest.fixture(scope="module")
def applied(shop: Company, planned: Json, updated: Json) -> Json:
    """The plan of before the update, approved; the run."""
    shop.admin.post(f"runs/{planned['run_id']}/approve", {"plan_digest": planned["plan_digest"]})
    run = shop.settled(planned["run_id"], passing=("AWAITING_REVIEW",))
    assert run["status"] == "DONE", (run, log_of(shop, run["apply_job_id"]))
    return run


@pytest.fixture(scope="module")
def emptied(shop: Company, deployed: Json, planned: Json, applied: Json) -> Json:
    """What was applied, destroyed by the same runner; the run."""
    typed = {"confirm_project_name": planned["project_name"], "runner": deployed["runner_id"]}
    run = shop.settled(shop.admin.post(f"specs/{applied['spec_id']}/destroy", typed)["run_id"])
    assert run["status"] == "DONE", run
    return run


@pytest.fixture(scope="module")
def tasks(stack: Stack, deployed: Json, emptied: Json) -> dict[str, Json]:
    """The tasks that the customer's cluster had: job → task."""
    ecs, cluster = theirs(stack, "ecs"), deployed["worker"]["outputs"]["cluster"]
    # A container ends a moment after its job.
    eventually(lambda: not ecs.list_tasks(cluster=cluster)["taskArns"], within=60, what="its tasks end")
    arns = ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
    found = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    return {environment(task)["ALETHIA_JOB_ID"]: task for task in found}


def environment(task: Json) -> dict[str, str]:
    (override,) = task["overrides"]["containerOverrides"]
    return {one["name"]: one["value"] for one in override["environment"]}


@pytest.fixture(scope="module")
def destroyed(shop: Company, deployed: Json, emptied: Json) -> Json:
    """The runner, destroyed; the job."""
    path = shop.path(f"runners/{deployed['runner_id']}/destroy")
    assert "runner's name" in refused(shop.admin.ask("POST", path, {"confirm_name": "other"}), 422)
    return shop.ended(shop.admin.post(path, {"confirm_name": NAME})["job_id"])


def test_what_is_in_the_way_is_named_and_nothing_is_left_behind(shop: Company, blocked: Json) -> None:
    group = f"alethia-{runner_id_of(shop)}"
    assert blocked["status"] == "FAILED"
    assert group in blocked["error"]["message"]
    assert "already exists" in blocked["error"]["message"]
    assert blocked["left"] == {"logs:group": [group]}
    assert "CREATE_FAILED" in log_of(shop, blocked["job_id"])


def test_the_next_try_makes_the_runner_and_it_is_online(shop: Company, deployed: Json) -> None:
    assert (deployed["name"], deployed["kind"], deployed["status"]) == (NAME, "fargate", "ONLINE")
    assert deployed["job"]["result"]["account_id"] == ACCOUNT
    assert "CREATE_COMPLETE Cluster" in log_of(shop, deployed["job"]["job_id"])


def test_the_stack_is_in_their_account(stack: Stack, deployed: Json, planned: Json) -> None:
    name = f"alethia-{deployed['runner_id']}"
    found = inventory(stack)
    for kind in ("ecs:cluster", "ecs:task-definition", "logs:group", "secretsmanager:secret"):
        assert any(name in one for one in found[kind]), (kind, found)
    assert len(found["ec2:security-group"]) == 1, found
    assert len(roles(stack)) == 2


def test_a_second_one_is_refused_with_the_first_ones_name(shop: Company, deployed: Json) -> None:
    assert NAME in refused(deploy(shop), 409)


def test_an_update_makes_a_revision_and_keeps_the_one_that_a_plan_waits_on(
    deployed: Json, updated: Json, emptied: Json, tasks: dict[str, Json], applied: Json
) -> None:
    before, after = (one["worker"]["outputs"]["task_definition"] for one in (deployed, updated))
    assert before != after
    assert tasks[applied["apply_job_id"]]["taskDefinitionArn"] == before
    assert tasks[emptied["apply_job_id"]]["taskDefinitionArn"] == after


def test_each_job_ran_in_their_cluster(tasks: dict[str, Json], applied: Json, emptied: Json) -> None:
    jobs = {applied["plan_job_id"], applied["apply_job_id"], emptied["apply_job_id"]}
    assert set(tasks) == jobs
    for task in tasks.values():
        assert task["taskArn"].split(":")[4] == ACCOUNT
        assert set(environment(task)) == {"ALETHIA_JOB_ID", "ALETHIA_ATTEMPT", "ALETHIA_API_URL"}
        assert [one["exitCode"] for one in task["containers"]] == [0]


@pytest.fixture(scope="module")
def written(stack: Stack, tasks: dict[str, Json]) -> list[tuple[str, str]]:
    """What was written down while the runner was there."""
    return [*everywhere(stack), ("tasks", json.dumps(list(tasks.values()), default=str))]


def test_the_credential_is_in_their_vault_and_nowhere_else(
    stack: Stack, credential: str, tasks: dict[str, Json], written: list[tuple[str, str]], destroyed: Json
) -> None:
    runner_id, secret = credential.split(".", 1)
    assert len(secret) > 40

    assert [place for place, text in [*written, *everywhere(stack)] if secret in text] == []
    mentions = {place for place, text in written if runner_id in text}
    assert {"alethia-specs", "alethia-jobs", f"alethia-{runner_id}", "tasks"} <= mentions
    assert any(place.endswith(".log") for place, text in written for job_id in tasks if job_id in text)


def everywhere(stack: Stack) -> Iterator[tuple[str, str]]:
    """What the control plane wrote down, and what can be listed: (where, text)."""
    ours = clients(stack.control_plane.aws_endpoint)
    for table in ("alethia-specs", "alethia-jobs"):
        for page in ours("dynamodb").get_paginator("scan").paginate(TableName=table):
            yield table, json.dumps(page["Items"], default=repr)
    for file in stack.data.logs.rglob("*"):
        yield file.name, file.read_text(errors="replace")
    states = ours("stepfunctions")
    for execution in states.list_executions(stateMachineArn=state_machine_arn(WORKER_STACK))["executions"]:
        arn = execution["executionArn"]
        yield arn, json.dumps(states.describe_execution(executionArn=arn), default=str)
        yield arn, json.dumps(states.get_execution_history(executionArn=arn), default=str)
    yield "functions", json.dumps(ours("lambda").list_functions(), default=str)
    stacks = theirs(stack, "cloudformation")
    for one in stacks.list_stacks()["StackSummaries"]:
        yield (
            one["StackName"],
            json.dumps(stacks.describe_stack_events(StackName=one["StackId"]), default=str),
        )


def test_a_destroyed_runner_leaves_nothing(
    stack: Stack, shop: Company, deployed: Json, destroyed: Json
) -> None:
    assert destroyed["status"] == "SUCCESS", (destroyed["error"], log_of(shop, destroyed["job_id"]))
    tag = {"Key": "alethia:runner", "Values": [deployed["runner_id"]]}
    listed = theirs(stack, "resourcegroupstaggingapi").get_resources(TagFilters=[tag])
    tagged = [one["ResourceARN"] for one in listed["ResourceTagMappingList"]]
    # ECS goes on listing, for a while, clusters, revisions and tasks that are no more.
    assert [arn for arn in tagged if ":ecs:" not in arn] == []
    assert inventory(stack) == {}
    assert roles(stack) == []
    refused(shop.admin.ask("GET", shop.path(f"runners/{deployed['runner_id']}")), 404)
