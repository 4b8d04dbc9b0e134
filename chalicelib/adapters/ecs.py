"""Runners' containers on AWS ECS, Fargate: one RunTask for an attempt.

A container's environment names its job, its attempt and the API's address, and holds no secret: the runner's
credential comes through the task definition. Where a runner's registration names a cluster of its own, its
tasks run there.
"""

from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..domain.errors import Unavailable
from ..domain.job import ANY_RUNNER
from ..domain.model import Model
from ..domain.runner import RunnerKind
from ..services.ports.runner_tasks import RunnerTask
from ..services.ports.runners import Runners
from ..settings import Settings

CONTAINER = "runner"
"""Name of the one container in every runner's task definition."""


class Place(Model):
    """Where a runner's tasks run; ``role_arn`` is the role to assume for a cluster in another account."""

    cluster: str
    task_definition: str
    subnets: list[str]
    security_groups: list[str]
    role_arn: str | None = None


class EcsTasks:
    """:class:`~chalicelib.services.ports.runner_tasks.RunnerTasks` through a botocore client."""

    def __init__(self, client: Any, runners: Runners, settings: Settings) -> None:
        self._client = client
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
            answer = self._client_of(place).run_task(
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
                        # No NAT gateway: a runner reaches the internet by an address of its own.
                        "assignPublicIp": "ENABLED",
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
        except (ClientError, BotoCoreError) as error:
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
            with suppress(ClientError, BotoCoreError, Unavailable):
                self._client_of(place).stop_task(cluster=place.cluster, task=task_arn, reason=reason)

    def _place(self, runner_id: str) -> Place | None:
        """Where the runner's containers go; ``None`` for one that brings its own machine, or is gone."""
        if runner_id == ANY_RUNNER:
            return None
        runner = self._runners.get(runner_id)
        if runner is None and runner_id != self._settings.platform_runner:
            return None
        if runner is not None and runner.kind is RunnerKind.SELF_HOSTED:
            return None
        if runner is not None and "cluster" in runner.settings:
            return Place.model_validate(runner.settings)
        return Place(
            cluster=self._settings.ecs_cluster,
            task_definition=self._settings.ecs_task_definition,
            subnets=_listed(self._settings.ecs_subnets),
            security_groups=_listed(self._settings.ecs_security_groups),
        )

    def _client_of(self, place: Place) -> Any:
        """The client that may act there: here is the place for a role in a customer's account."""
        if place.role_arn is not None:
            raise Unavailable("Runners in another account can't be started yet.")
        return self._client


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _why(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        return f"{error.response['Error'].get('Code', 'Error')}."
    return f"{type(error).__name__}."
