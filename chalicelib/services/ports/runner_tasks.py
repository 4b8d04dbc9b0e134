"""Where runners' containers come from."""

from typing import Protocol

from ...domain.model import Model


class RunnerTask(Model):
    """One container for one attempt. Its environment holds no secret."""

    attempt_id: str
    """Also the client token: asking twice starts one task."""
    job_id: str
    attempt: int
    runner: str
    task_definition: str | None
    """Pinned revision; ``None`` takes the present one."""


class RunnerTasks(Protocol):
    """ECS, or what stands in for it."""

    def current_definition(self, runner: str) -> str | None:
        """The task definition revision that a run which begins now is pinned to."""

    def start(self, task: RunnerTask) -> str | None:
        """Start a container and answer its ARN; ``None`` where the job is left for a runner to take.

        Raises
        ------
        Unavailable
            No container could be started now.
        """
        ...

    def stopped(self, runner: str, task_arn: str) -> str | None:
        """Why a container has stopped, where nobody tells us; ``None``: it runs, or it can't be said."""
        ...

    def stop(self, runner: str, task_arn: str, reason: str) -> None:
        """Stop a container, best effort."""
