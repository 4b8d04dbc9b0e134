"""A runner's stack in a customer's account, made by the control plane's own adapter as the role it assumes.

The role is made of our template and its policies are enforced, so that what the template lacks fails here.
"""

import json
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

import pytest

from alethia.embedded.customers import click_for_runners
from chalicelib.adapters.customer_aws import CustomerSts, sts_clients
from chalicelib.adapters.customer_clients import CustomerClients
from chalicelib.adapters.customer_stacks import CloudFormationStacks
from chalicelib.adapters.ecs import EcsTasks
from chalicelib.domain.errors import CloudRefused, Unavailable
from chalicelib.domain.identity import Identity, IdentityStatus
from chalicelib.domain.lifecycle.worker import WorkerStatus
from chalicelib.domain.runner import RunnerKind
from chalicelib.domain.words import CloudProvider
from chalicelib.domain.worker import StackFacts, Worker, WorkerForm, WorkerOutputs
from chalicelib.providers.aws import runner_stack
from chalicelib.providers.linking.base import OurSide
from chalicelib.services.ports.clock import SystemClock
from chalicelib.services.ports.customer_stacks import CustomerPlace
from chalicelib.services.ports.runner_tasks import RunnerTask
from chalicelib.services.ports.runners import RunnerRecord
from chalicelib.settings import Settings
from tests.support.aws_accounts import CONTROL_PLANE, a_role, owner, trust

REGION = "eu-west-1"
ZONE = "zone-1"
EXTERNAL_ID = "external-id-of-this-identity"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/runner@sha256:1"
NEWER = IMAGE.replace("sha256:1", "sha256:2")

ACCOUNT = "550000000001"

_runners = count()


class Customer:
    """An account, the control plane's way into it, and a runner that is to be there."""

    account_id = ACCOUNT

    def __init__(self, cloud: str, role: str) -> None:
        self.cloud = cloud
        self.role = role
        self.runner_id = f"runner-of1customer{next(_runners)}"
        self.name = f"alethia-{self.runner_id}"
        self.tags = runner_stack.tags(self.runner_id, ZONE)
        self.stacks = adapter(cloud)

    @property
    def place(self) -> CustomerPlace:
        return CustomerPlace(
            account_id=self.account_id,
            region=REGION,
            role=self.role,
            external_id=EXTERNAL_ID,
            session="job-1",
        )

    def owner(self, service: str) -> Any:
        return owner(self.cloud, self.account_id, service, REGION)

    def form(self, image: str = IMAGE, token: str = "job-1-1", **changes: str) -> dict[str, Any]:
        values = runner_stack.parameters(
            WorkerForm(identity_id="i", region=REGION, name="Theirs"), self.runner_id, ZONE, image, self.role
        )
        return {
            "template": runner_stack.template(),
            "parameters": values | changes,
            "tags": self.tags,
            "token": token,
        }

    def create(self, **changes: str) -> str:
        return self.stacks.create(self.place, self.name, **self.form(**changes))

    def settled(self, stack: str) -> StackFacts | None:
        for _ in range(30):
            facts = self.stacks.facts(self.place, stack)
            if facts is None or not facts.status.endswith("_IN_PROGRESS"):
                return facts
        raise AssertionError(f"still {facts.status}")

    def stands(self) -> StackFacts:
        facts = self.settled(self.name)
        assert facts is not None
        assert facts.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), self.problems(facts.stack_id)
        return facts

    def problems(self, stack_id: str) -> list[str]:
        """Reasons of what failed, the first first."""
        events = self.stacks.events(self.place, stack_id, after=None)
        return [f"{one.logical_id}: {one.reason}" for one in events if one.status.endswith("_FAILED")]


@cache
def clients(cloud: str) -> CustomerClients:
    settings = Settings(customer_aws_endpoint_url=cloud, control_plane_principal=CONTROL_PLANE)
    return CustomerClients(CustomerSts(sts_clients(settings), CONTROL_PLANE), SystemClock(), settings)


def adapter(cloud: str) -> CloudFormationStacks:
    return CloudFormationStacks(clients(cloud))


@pytest.fixture(scope="module")
def role(cloud: str) -> str:
    """What the customer does: deploy the template of the role that deploys runners."""
    identity = Identity(
        identity_id="identity-1",
        zone_id=ZONE,
        provider=CloudProvider.AWS,
        name="Theirs",
        account_id=ACCOUNT,
        external_id=EXTERNAL_ID,
        status=IdentityStatus.VERIFIED,
        created_at="2026-03-01T12:00:00.000Z",
    )
    return click_for_runners(cloud, identity, OurSide(principal=CONTROL_PLANE))


@pytest.fixture
def customer(cloud: str, role: str) -> Customer:
    return Customer(cloud, role)


@pytest.fixture(scope="module")
def deployed(cloud: str, role: str) -> Iterator[Customer]:
    customer = Customer(cloud, role)
    customer.create()
    customer.stands()
    yield customer


def test_the_whole_life_of_a_runners_stack_with_each_step_repeated(customer: Customer) -> None:
    stacks, place = customer.stacks, customer.place
    assert stacks.facts(place, customer.name) is None

    stack_id = customer.create()
    assert customer.create() == customer.create(token="of a lost answer") == stack_id
    seen = stacks.events(place, stack_id, after=None)
    begun = stacks.facts(place, customer.name)
    assert begun is not None and begun.status == "CREATE_IN_PROGRESS"
    stood = customer.stands()
    assert 0 < begun.resources < stood.resources
    later = stacks.events(place, stack_id, after=seen[-1].event_id)
    assert [one.at for one in (*seen, *later)] == sorted(one.at for one in (*seen, *later))
    assert not {one.event_id for one in seen} & {one.event_id for one in later}
    assert (later[-1].logical_id, later[-1].status) == (customer.name, "CREATE_COMPLETE")
    first = runner_stack.outputs_of(stood.outputs)

    assert stacks.update(place, customer.name, **customer.form(token="nothing")) is False
    for _ in range(2):
        assert stacks.update(place, customer.name, **customer.form(NEWER, token="update")) is True
    second = runner_stack.outputs_of(customer.stands().outputs)
    assert second.task_definition != first.task_definition
    assert second.credential_secret == first.credential_secret

    for _ in range(2):
        stacks.delete(place, stack_id, token="delete")
    assert customer.settled(stack_id) is None
    stacks.delete(place, customer.name, token="delete again")
    assert set(stacks.left_behind(place, customer.tags)) == {first.task_definition, second.task_definition}
    for _ in range(2):
        stacks.remove_task_definitions(place, customer.name)
    assert stacks.left_behind(place, customer.tags) == []
    assert stacks.events(place, stack_id, after=None)[-1].status == "DELETE_COMPLETE"
    assert customer.create(token="anew") != stack_id


def test_the_credential_is_put_where_only_the_task_reads_it_and_once(deployed: Customer) -> None:
    secret = runner_stack.outputs_of(deployed.stands().outputs).credential_secret
    for _ in range(2):
        deployed.stacks.put_credential(deployed.place, secret, "runner-1.the-secret")
    manager = deployed.owner("secretsmanager")
    assert manager.get_secret_value(SecretId=secret)["SecretString"] == "runner-1.the-secret"
    assert len(manager.list_secret_version_ids(SecretId=secret, IncludeDeprecated=True)["Versions"]) == 2


class Registered:
    """One deployed runner."""

    def __init__(self, runner: RunnerRecord) -> None:
        self.runner = runner

    def get(self, runner_id: str) -> RunnerRecord | None:
        return self.runner if runner_id == self.runner.runner_id else None

    def put(self, runner: RunnerRecord) -> None:
        raise NotImplementedError


def tasks_of(customer: Customer, outputs: WorkerOutputs) -> EcsTasks:
    worker = Worker(
        status=WorkerStatus.READY,
        job_id="job-1",
        form=WorkerForm(identity_id="i", region=REGION, name="Theirs"),
        account_id=customer.account_id,
        role=customer.role,
        external_id=EXTERNAL_ID,
        stack_name=customer.name,
        image=IMAGE,
        outputs=outputs,
    )
    runner = RunnerRecord(
        runner_id=customer.runner_id,
        kind=RunnerKind.FARGATE,
        name="Theirs",
        credential_sha256="0" * 64,
        worker=worker,
    )
    settings = Settings(public_api_url="https://api.example.com")
    return EcsTasks(None, clients(customer.cloud), Registered(runner), settings)


def test_tasks_are_started_and_stopped_by_the_role_and_a_cluster_that_is_gone_has_none(
    deployed: Customer,
) -> None:
    outputs = runner_stack.outputs_of(deployed.stands().outputs)
    tasks = tasks_of(deployed, outputs)
    asked = RunnerTask(
        attempt_id="job-7-1",
        job_id="job-7",
        attempt=1,
        runner=deployed.runner_id,
        task_definition=tasks.current_definition(deployed.runner_id),
    )
    arn = tasks.start(asked)
    assert arn is not None and tasks.start(asked) == arn, "a repeat finds the first one's task"
    assert arn in deployed.stacks.left_behind(deployed.place, deployed.tags)
    assert tasks.stopped(deployed.runner_id, arn) is None

    urllib.request.urlopen(f"{deployed.cloud}/_alethia/tasks").close()  # its container runs now
    for _ in range(2):
        assert deployed.stacks.stop_tasks(deployed.place, outputs.cluster, "The runner goes.") == 1
    ended = json.dumps({"taskArn": arn, "reason": "It ended.", "exitCode": 143}).encode()
    with urllib.request.urlopen(f"{deployed.cloud}/_alethia/tasks/stopped", ended):
        assert deployed.stacks.stop_tasks(deployed.place, outputs.cluster, "The runner goes.") == 0
    reason = tasks.stopped(deployed.runner_id, arn)
    assert reason is not None and "The runner goes" in reason
    assert arn not in deployed.stacks.left_behind(deployed.place, deployed.tags)
    nowhere = outputs.cluster.replace(deployed.name, "alethia-runner-gone")
    assert deployed.stacks.stop_tasks(deployed.place, nowhere, "The runner goes.") == 0


def test_many_revisions_are_removed_and_those_of_others_stay(customer: Customer) -> None:
    ecs = customer.owner("ecs")
    container = {"name": "runner", "image": IMAGE, "memory": 512}
    for family in (*[customer.name] * 11, f"{customer.name}-of-others"):
        ecs.register_task_definition(family=family, containerDefinitions=[container])
    customer.stacks.remove_task_definitions(customer.place, customer.name)
    for status in ("ACTIVE", "INACTIVE"):
        found = ecs.list_task_definitions(familyPrefix=customer.name, status=status)
        assert found["taskDefinitionArns"] == []
    others = ecs.list_task_definitions(familyPrefix=f"{customer.name}-of-others")
    assert len(others["taskDefinitionArns"]) == 1


def test_a_stack_that_rolls_back_says_why_leaves_nothing_and_can_be_tried_again(customer: Customer) -> None:
    logs = customer.owner("logs")
    logs.create_log_group(logGroupName=customer.name)
    stack_id = customer.create()
    facts = customer.settled(customer.name)
    assert facts is not None and facts.status == "ROLLBACK_COMPLETE"
    assert facts.resources == 0
    (problem,) = customer.problems(stack_id)
    assert problem.startswith("Log: ") and "already exists" in problem

    assert customer.stacks.left_behind(customer.place, customer.tags) == [stack_id]
    logs.delete_log_group(logGroupName=customer.name)
    customer.stacks.delete(customer.place, stack_id, token="away")
    assert customer.settled(stack_id) is None
    customer.create(token="job-1-2")
    customer.stands()


def test_a_stack_of_somebody_else_with_that_name_is_refused(customer: Customer) -> None:
    template = {"Resources": {"Log": {"Type": "AWS::Logs::LogGroup"}}}
    customer.owner("cloudformation").create_stack(StackName=customer.name, TemplateBody=json.dumps(template))
    with pytest.raises(CloudRefused, match="not this runner's"):
        customer.create()


def test_a_stack_that_is_at_work_is_to_be_asked_again_later(customer: Customer) -> None:
    customer.create()
    with pytest.raises(Unavailable, match="cloudformation:UpdateStack"):
        customer.stacks.update(customer.place, customer.name, **customer.form(NEWER, token="early"))


def test_of_subnets_those_that_there_are_are_told_with_their_network(customer: Customer) -> None:
    ec2 = customer.owner("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    assert customer.stacks.subnets(customer.place, [subnet, "subnet-0a1b2c3d"]) == {subnet: vpc}


def test_a_network_that_is_not_there_fails_the_stack_by_its_name(customer: Customer) -> None:
    stack_id = customer.create(VpcId="vpc-0a1b2c3d", SubnetIds="subnet-0a1b2c3d")
    customer.settled(customer.name)
    (problem,) = customer.problems(stack_id)
    assert problem.startswith("Egress: ") and "vpc-0a1b2c3d does not exist" in problem
    assert customer.stacks.left_behind(customer.place, customer.tags) == [stack_id]


def test_a_wrong_parameter_is_named_in_cloudformations_words(customer: Customer) -> None:
    with pytest.raises(CloudRefused, match="LogDays") as refused:
        customer.create(LogDays="2")
    assert refused.value.details["cause"] == "refused"


def test_a_role_that_does_not_trust_us_lets_nobody_in(cloud: str, customer: Customer) -> None:
    other = a_role(cloud, customer.account_id, "other", trust(external_id="of-somebody-else"))
    place = customer.place.model_copy(update={"role": other})
    with pytest.raises(CloudRefused) as refused:
        adapter(cloud).facts(place, customer.name)
    assert refused.value.details["cause"] == "not_told"


def test_a_role_that_lets_us_in_for_anybody_gets_no_stack(cloud: str, customer: Customer) -> None:
    """It may be another tenant's."""
    open_to_us = a_role(cloud, customer.account_id, "open", trust())
    with pytest.raises(CloudRefused) as refused:
        customer.stacks.create(
            customer.place.model_copy(update={"role": open_to_us}), customer.name, **customer.form()
        )
    assert refused.value.details["cause"] == "external_id"
    assert customer.stacks.facts(customer.place, customer.name) is None


def a_limited_role(customer: Customer, *forbidden: str) -> str:
    """A role of the customer's own that may do everything but `forbidden`."""
    name = f"limited-{uuid.uuid4().hex[:8]}"
    role = a_role(customer.cloud, customer.account_id, name, trust(external_id=EXTERNAL_ID))
    statement = {"Effect": "Allow", "NotAction": list(forbidden), "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    customer.owner("iam").put_role_policy(
        RoleName=name,
        PolicyName="most",
        PolicyDocument=json.dumps(document),
    )
    return role


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("cloudformation:CreateStack", lambda it: it.create()),
        ("tag:GetResources", lambda it: it.stacks.left_behind(it.place, it.tags)),
        ("ecs:ListTaskDefinitions", lambda it: it.stacks.remove_task_definitions(it.place, it.name)),
        ("secretsmanager:PutSecretValue", lambda it: it.stacks.put_credential(it.place, "any", "a-secret")),
    ],
)
def test_an_action_that_the_role_may_not_do_is_named(customer: Customer, action: str, call: Any) -> None:
    customer.role = a_limited_role(customer, action)
    with pytest.raises(CloudRefused, match=f"may not do {action}") as refused:
        call(customer)
    assert refused.value.details["cause"] == "missing_permission"
    assert "a-secret" not in refused.value.message


def test_what_cloudformation_may_not_do_for_the_role_fails_the_stack(customer: Customer) -> None:
    customer.role = a_limited_role(customer, "logs:CreateLogGroup")
    stack_id = customer.create()
    facts = customer.settled(stack_id)
    assert facts is not None and facts.status == "ROLLBACK_COMPLETE"
    (problem,) = customer.problems(stack_id)
    assert problem.startswith("Log: ") and "not authorized to perform: logs:CreateLogGroup" in problem


def test_availability_zones_are_the_callers_to_know(customer: Customer) -> None:
    customer.role = a_limited_role(customer, "ec2:DescribeAvailabilityZones")
    stack_id = customer.create()
    customer.settled(stack_id)
    (problem,) = customer.problems(stack_id)
    assert problem.startswith("NetworkSubnetA: ") and "ec2:DescribeAvailabilityZones" in problem


def test_times_of_events_are_utc(deployed: Customer) -> None:
    stack_id = deployed.stands().stack_id
    newest = deployed.stacks.events(deployed.place, stack_id, after=None)[-1]
    passed = datetime.now(UTC) - datetime.fromisoformat(newest.at)
    assert 0 <= passed.total_seconds() < 600
