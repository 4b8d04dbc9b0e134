"""Runners' containers on AWS ECS, Fargate: one RunTask for an attempt.

A container's environment names its job, its attempt and the API's address, and holds no secret: the runner's
credential comes through the task definition. The tasks of a runner that was deployed into a customer's
account run there, under the role that the customer made for this.
"""

from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.attempts import stop_reason
from ..domain.errors import CloudRefused, Unavailable
from ..domain.job import ANY_RUNNER
from ..domain.lifecycle.worker import TAKES_JOBS
from ..domain.model import Model
from ..domain.runner import RunnerKind
from ..services.ports.customer_stacks import CustomerPlace
from ..services.ports.runner_tasks import RunnerTask
from ..services.ports.runners import RunnerRecord, Runners
from ..settings import Settings
from .customer_clients import CustomerClients
from .customer_refusals import translated

CONTAINER = "runner"
"""Name of the one container in every runner's task definition."""


class Place(Model):
    """Where a runner's tasks run; `customer` is whose account that is, if it is not ours."""

    cluster: str
    task_definition: str
    subnets: list[str]
    security_groups: list[str]
    assign_public_ip: bool = True
    customer: CustomerPlace | None = None


class EcsTasks:
    """:class:`~chalicelib.services.ports.runner_tasks.RunnerTasks` through a botocore client."""

    def __init__(self, client: Any, customers: CustomerClients, runners: Runners, settings: Settings) -> None:
        self._client = client
        self._customers = customers
        self._runners = runners
        self._settings = settings

    def current_definition(self, runner: str) -> str | None:
        """The revision in the registration, or the deployment's."""
        place = self._place(runner)
        return place.task_definition if place else None

    def start(self, task: RunnerTask) -> str | None:
        """One RunTask; the attempt's id is the client token, so that asking twice starts one task."""
        place = self._place(task.runner)
        if place is None:
            return None
        environment = {
            "ALETHIA_JOB_ID": task.job_id,
            "ALETHIA_ATTEMPT": str(task.attempt),
            "ALETHIA_API_URL": self._settings.public_api_url,
        }
        try:
            answer = self._run_task(
                place,
                cluster=place.cluster,
                taskDefinition=task.task_definition or place.task_definition,
                launchType="FARGATE",
                count=1,
                clientToken=task.attempt_id,
                startedBy=task.attempt_id,
                propagateTags="TASK_DEFINITION",
                networkConfiguration={
                    "awsvpcConfiguration": {
                        "subnets": place.subnets,
                        "securityGroups": place.security_groups,
                        # Without a NAT gateway, a runner reaches the internet by an address of its own.
                        "assignPublicIp": "ENABLED" if place.assign_public_ip else "DISABLED",
                    }
                },
                overrides={
                    "containerOverrides": [
                        {
                            "name": CONTAINER,
                            "environment": [
                                {"name": name, "value": value} for name, value in environment.items()
                            ],
                        }
                    ]
                },
            )
        except (ClientError, BotoCoreError, CloudRefused, Unavailable) as error:
            raise Unavailable(f"No runner could be started: {_why(error)}") from error
        if not answer["tasks"]:
            reasons = {failure.get("reason", "unknown") for failure in answer.get("failures", [])}
            raise Unavailable(f"No runner could be started: {', '.join(sorted(reasons)) or 'no capacity'}.")
        arn: str = answer["tasks"][0]["taskArn"]
        return arn

    def stop(self, runner: str, task_arn: str, reason: str) -> None:
        """One StopTask; a task that is gone needs none, and one that stays finds no job to claim."""
        place = self._place(runner)
        if place is not None:
            with suppress(ClientError, BotoCoreError, CloudRefused, Unavailable):
                self._client_of(place).stop_task(cluster=place.cluster, task=task_arn, reason=reason)

    def stopped(self, runner: str, task_arn: str) -> str | None:
        """One DescribeTasks, in a customer's account: its events don't reach us. Ours do, unasked."""
        place = self._place(runner)
        if place is None or place.customer is None:
            return None
        with suppress(ClientError, BotoCoreError, CloudRefused, Unavailable):
            answer = self._client_of(place).describe_tasks(cluster=place.cluster, tasks=[task_arn])
            for task in answer["tasks"]:
                if task["lastStatus"] == "STOPPED":
                    return stop_reason(task)
        return None

    def _place(self, runner_id: str) -> Place | None:
        """Where the runner's containers go; ``None`` for one that brings its own machine, or is gone."""
        if runner_id == ANY_RUNNER:
            return None
        runner = self._runners.get(runner_id)
        if runner is None and runner_id != self._settings.platform_runner:
            return None
        if runner is not None and runner.kind is RunnerKind.SELF_HOSTED:
            return None
        if runner is not None and runner.worker is not None:
            return _in_customers_account(runner)
        return Place(
            cluster=self._settings.ecs_cluster,
            task_definition=self._settings.ecs_task_definition,
            subnets=_listed(self._settings.ecs_subnets),
            security_groups=_listed(self._settings.ecs_security_groups),
        )

    def _run_task(self, place: Place, **asked: Any) -> Any:
        """A customer is told what their account refuses; our own account's words are for its operator."""
        if place.customer is None:
            return self._client.run_task(**asked)
        client = self._client_of(place)
        try:
            with translated(place.customer, "ecs"):
                return client.run_task(**asked)
        except CloudRefused:
            self._customers.forget(place.customer)
            raise

    def _client_of(self, place: Place) -> Any:
        return self._customers.client("ecs", place.customer) if place.customer else self._client


def _in_customers_account(runner: RunnerRecord) -> Place:
    """Where a deployed runner's tasks run.

    Raises
    ------
    Unavailable
        Its stack is not there (yet, or any more).
    """
    worker = runner.worker
    assert worker is not None, "asked only of a deployed runner"
    if worker.status not in TAKES_JOBS or worker.outputs is None:
        raise Unavailable(f"Runner '{runner.name}' is {worker.status}: it can't start a task now.")
    outputs = worker.outputs
    return Place(
        cluster=outputs.cluster,
        task_definition=outputs.task_definition,
        subnets=outputs.subnets,
        security_groups=outputs.security_groups,
        assign_public_ip=outputs.assign_public_ip,
        customer=CustomerPlace(
            account_id=worker.account_id,
            region=worker.form.region,
            role=worker.role,
            external_id=worker.external_id,
            session=runner.runner_id,
        ),
    )


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _why(error: ClientError | BotoCoreError | CloudRefused | Unavailable) -> str:
    if isinstance(error, CloudRefused | Unavailable):
        return error.message
    if isinstance(error, ClientError):
        return f"{error.response['Error'].get('Code', 'Error')}."
    return f"{type(error).__name__}."
