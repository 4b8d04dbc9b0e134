"""Runners' stacks in customers' accounts: CloudFormation, and what has to be done beside it.

Every call names a place; the adapter acts there as the role that the customer made for this. All of it can be
repeated: making what is made, or removing what is gone, changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ...domain.model import Model
from ...domain.worker import StackEvent, StackFacts


class CustomerPlace(Model):
    """A region of a customer's account, and the role that lets us in."""

    account_id: str
    region: str
    role: str
    external_id: str
    session: str
    """Name of the session in the account's CloudTrail: the job, or the runner, that we act for."""


class CustomerStacks(Protocol):
    """What deploying and destroying a runner takes.

    Every method raises :class:`~chalicelib.domain.errors.CloudRefused` when the account does not let us in or
    forbids the call (the message says what and the way out), and
    :class:`~chalicelib.domain.errors.Unavailable` when AWS did not answer.
    """

    def subnets(self, place: CustomerPlace, subnet_ids: Sequence[str]) -> Mapping[str, str]:
        """Those of the subnets that there are in the region, each with its network's id."""
        ...

    def facts(self, place: CustomerPlace, stack: str) -> StackFacts | None:
        """How the stack (name or id) stands; ``None`` when there is none, or it is deleted."""
        ...

    def create(
        self,
        place: CustomerPlace,
        stack: str,
        *,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        token: str,
    ) -> str:
        """Begin to create; the stack's id. `token` makes a repeat find what the first call began."""
        ...

    def update(
        self,
        place: CustomerPlace,
        stack: str,
        *,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        token: str,
    ) -> bool:
        """Begin to update; ``False`` when there is nothing to change."""
        ...

    def delete(self, place: CustomerPlace, stack: str, *, token: str) -> None:
        """Begin to delete."""
        ...

    def events(self, place: CustomerPlace, stack_id: str, *, after: str | None) -> Sequence[StackEvent]:
        """The stack's events since event `after` (all of them without one), oldest first."""
        ...

    def put_credential(self, place: CustomerPlace, secret_arn: str, credential: str) -> None:
        """Put the runner's credential into the customer's Secrets Manager."""
        ...

    def stop_tasks(self, place: CustomerPlace, cluster: str, reason: str) -> int:
        """Tell what still runs in the runner's cluster to stop; how many tasks have not stopped yet. Until it
        is none, the cluster can't be deleted: a container has two minutes to end."""
        ...

    def remove_task_definitions(self, place: CustomerPlace, family: str) -> None:
        """Deregister and delete every revision: a stack keeps them for runs that are pinned to one."""
        ...

    def left_behind(self, place: CustomerPlace, tags: Mapping[str, str]) -> Sequence[str]:
        """ARNs of whatever in the region still carries all of `tags`."""
        ...
