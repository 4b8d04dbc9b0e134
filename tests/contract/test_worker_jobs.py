"""DEPLOY_WORKER and DESTROY_WORKER whole, in an account of the emulated cloud that enforces its policies.

Rows, services, state machine and adapter are the real ones; so is the template of the customer's role.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alethia.embedded.customers import click_for_runners
from chalicelib.domain.identity import Identity
from chalicelib.providers.linking.base import OurSide
from chalicelib.services.identities import IdentityForm
from tests.contract.test_customer_stacks import adapter
from tests.support.aws_accounts import CONTROL_PLANE, owner
from tests.support.builders import ACCOUNT, ROLE
from tests.support.dynamodb import Tables
from tests.support.workers import NEWER_IMAGE, REGION, Workers, new_workers


class Deployed(Workers):
    """The zone, and what its customer's owner sees."""

    cloud: str

    def owner(self, service: str) -> Any:
        return owner(self.cloud, ACCOUNT, service, REGION)

    @property
    def name(self) -> str:
        return f"alethia-{self.runner_id}"


@pytest.fixture
def customers(cloud: str, tables: Tables, issuer_folder: Path) -> Iterator[Deployed]:
    for workers in new_workers(tables, issuer_folder, Deployed):
        workers.cloud = cloud
        vars(workers.container)["customer_stacks"] = adapter(cloud)

        def roles_of(identity: Identity) -> dict[str, str]:
            role = click_for_runners(cloud, identity, OurSide(principal=CONTROL_PLANE))
            return {"worker_role_reference": role}

        form = IdentityForm(name="Theirs", account_id=ACCOUNT, role_reference=ROLE)
        workers.identity = workers.container.identities.seed_verified(
            workers.zone_id, form, roles_of=roles_of
        )
        yield workers


def test_a_runner_is_deployed_updated_and_destroyed(customers: Deployed) -> None:
    assert customers.do("deploy") == "SUCCESS", customers.why
    runner, outputs = customers.runner, customers.worker.outputs
    assert runner is not None and outputs is not None
    secret = customers.owner("secretsmanager").get_secret_value(SecretId=outputs.credential_secret)
    found = customers.container.runner_credentials.verify(secret["SecretString"])
    assert found.runner_id == customers.runner_id
    (cluster,) = customers.owner("ecs").describe_clusters(clusters=[outputs.cluster])["clusters"]
    assert cluster["status"] == "ACTIVE"
    progress = customers.job.progress
    assert progress is not None and progress.planned == progress.done and progress.in_flight == []
    assert any(line.startswith("CREATE_COMPLETE Cluster (AWS::ECS::Cluster)") for line in customers.log)
    assert secret["SecretString"] not in repr((customers.log, customers.job, customers.runner))

    customers.container.workers._image = NEWER_IMAGE
    assert customers.do("update") == "SUCCESS", customers.why
    updated = customers.worker.outputs
    assert updated is not None and updated.task_definition != outputs.task_definition
    for revision in (
        outputs.task_definition,
        updated.task_definition,
    ):  # waiting runs are pinned to the first
        described = customers.owner("ecs").describe_task_definition(taskDefinition=revision)
        assert described["taskDefinition"]["status"] == "ACTIVE"
    after = customers.owner("secretsmanager").get_secret_value(SecretId=updated.credential_secret)
    assert after["SecretString"] == secret["SecretString"]

    assert customers.do("destroy") == "SUCCESS", customers.why
    assert customers.runner is None
    families = customers.owner("ecs").list_task_definitions(familyPrefix=customers.name)
    assert families["taskDefinitionArns"] == []
    assert customers.log[-1] == "Nothing of the runner is left in the account."


def test_a_stack_that_rolls_back_leaves_nothing_and_can_be_tried_again(customers: Deployed) -> None:
    logs = customers.owner("logs")
    logs.create_log_group(logGroupName=customers.name)
    assert customers.do("deploy") == "FAILED"
    assert customers.why.startswith("Log (AWS::Logs::LogGroup): "), customers.why
    assert customers.worker.status == "FAILED"
    clusters = customers.owner("ecs").describe_clusters(clusters=[customers.name])["clusters"]
    assert {one["status"] for one in clusters} <= {"INACTIVE"}
    stacks = customers.owner("cloudformation").list_stacks()["StackSummaries"]
    ours = {one["StackStatus"] for one in stacks if one["StackName"] == customers.name}
    assert ours == {"DELETE_COMPLETE"}
    logs.delete_log_group(logGroupName=customers.name)
    assert customers.do("deploy") == "SUCCESS", customers.why
    assert customers.worker.status == "READY"
