"""Runners' stacks in customers' accounts, through CloudFormation.

CloudFormation knows a repeated request by its token and says so in several ways; all of them end here as "it
is begun". What it keeps on purpose (revisions of task definitions), or still lists though it is gone, is
:mod:`.customer_leftovers`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from itertools import takewhile
from typing import Any

from botocore.exceptions import ClientError

from ..domain.errors import CloudRefused
from ..domain.identity import RefusalCause
from ..domain.worker import StackEvent, StackFacts
from ..services.ports.customer_stacks import CustomerPlace
from . import customer_leftovers
from .customer_clients import CustomerClients
from .customer_refusals import code_of, translated, words_of

GONE = "DELETE_COMPLETE"
CAPABILITIES = ["CAPABILITY_NAMED_IAM"]
MAX_EVENT_PAGES = 20
"""Pages of a hundred events that one look reads at most."""


class CloudFormationStacks:
    """:class:`~chalicelib.services.ports.customer_stacks.CustomerStacks` through botocore clients."""

    def __init__(self, clients: CustomerClients) -> None:
        self._clients = clients

    def subnets(self, place: CustomerPlace, subnet_ids: Sequence[str]) -> Mapping[str, str]:
        """DescribeSubnets with a filter, which takes ids that there are not."""
        with self._client(place, "ec2") as client:
            found = client.describe_subnets(Filters=[{"Name": "subnet-id", "Values": list(subnet_ids)}])
            return {one["SubnetId"]: one["VpcId"] for one in found["Subnets"]}

    def facts(self, place: CustomerPlace, stack: str) -> StackFacts | None:
        """DescribeStacks, and the number of its resources."""
        with self._client(place, "cloudformation") as client:
            found = _described(client, stack)
            if found is None or found["StackStatus"] == GONE:
                return None
            pages = client.get_paginator("list_stack_resources").paginate(StackName=found["StackId"])
            there = [
                one
                for page in pages
                for one in page["StackResourceSummaries"]
                if one["ResourceStatus"] != GONE
            ]
            return StackFacts(
                stack_id=found["StackId"],
                status=found["StackStatus"],
                reason=found.get("StackStatusReason"),
                outputs={one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
                resources=len(there),
            )

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
        """CreateStack, under a role that asks for our external id.

        A stack of this name with these tags is the one that an earlier call began.
        """
        self._clients.prove(place)
        with self._client(place, "cloudformation") as client:
            try:
                made = client.create_stack(
                    StackName=stack,
                    OnFailure="ROLLBACK",
                    **_form(template, parameters, tags, token),
                )
                return str(made["StackId"])
            except ClientError as error:
                if code_of(error) not in (EXISTS, REPEATED):
                    raise
            found = _described(client, stack)
            if found is None or not _tags(found).items() >= dict(tags).items():
                raise _taken(place, stack)
            return str(found["StackId"])

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
        """UpdateStack; ``True`` also for an update that an earlier call with this token began."""
        with self._client(place, "cloudformation") as client:
            try:
                client.update_stack(StackName=stack, **_form(template, parameters, tags, token))
                return True
            except ClientError as error:
                if code_of(error) == REPEATED:
                    return True
                if code_of(error) != INVALID:
                    raise
                if NOTHING_TO_DO in words_of(error):
                    return False
                if self._began(client, stack, token):
                    return True
                raise

    def delete(self, place: CustomerPlace, stack: str, *, token: str) -> None:
        """DeleteStack; AWS takes it for a stack that is gone as well."""
        with self._client(place, "cloudformation") as client:
            try:
                client.delete_stack(StackName=stack, ClientRequestToken=token)
            except ClientError as error:
                if code_of(error) != REPEATED and not _absent(error):
                    raise

    def events(self, place: CustomerPlace, stack_id: str, *, after: str | None) -> Sequence[StackEvent]:
        """DescribeStackEvents, which answers newest first, as far back as `after`."""
        with self._client(place, "cloudformation") as client:
            try:
                newer = takewhile(lambda one: one["EventId"] != after, _events(client, stack_id))
                return [_event(one) for one in newer][::-1]
            except ClientError as error:
                if _absent(error):
                    return []
                raise

    def put_credential(self, place: CustomerPlace, secret_arn: str, credential: str) -> None:
        """PutSecretValue; a repeat makes no second version."""
        version = hashlib.sha256(f"version of {credential}".encode()).hexdigest()
        with self._client(place, "secretsmanager") as client:
            client.put_secret_value(SecretId=secret_arn, SecretString=credential, ClientRequestToken=version)

    def stop_tasks(self, place: CustomerPlace, cluster: str, reason: str) -> int:
        """StopTask for whatever is to run; none in a cluster that is gone."""
        with self._client(place, "ecs") as client:
            try:
                return customer_leftovers.stop_tasks(client, cluster, reason)
            except ClientError as error:
                if code_of(error) in NO_CLUSTER:
                    return 0
                raise

    def remove_task_definitions(self, place: CustomerPlace, family: str) -> None:
        """Deregister what is ACTIVE, then delete what is INACTIVE."""
        with self._client(place, "ecs") as client:
            customer_leftovers.remove_task_definitions(client, family)

    def left_behind(self, place: CustomerPlace, tags: Mapping[str, str]) -> Sequence[str]:
        """GetResources, without what is listed though it is gone."""
        with self._client(place, "resourcegroupstaggingapi") as client:
            listed = customer_leftovers.tagged(client, tags)
        if not listed:
            return []
        with self._client(place, "ecs") as client:
            listed = customer_leftovers.without_ended_ecs(client, listed)
        if not listed:
            return []
        with self._client(place, "secretsmanager") as client:
            listed = customer_leftovers.without_deleted_secrets(client, listed)
        if not listed:
            return []
        with self._client(place, "cloudformation") as client:
            listed = customer_leftovers.without_what_stacks_deleted(client, listed)
        return sorted(one.arn for one in listed)

    @contextmanager
    def _client(self, place: CustomerPlace, service: str) -> Iterator[Any]:
        client = self._clients.client(service, place)
        with translated(place, service):
            yield client

    @staticmethod
    def _began(client: Any, stack: str, token: str) -> bool:
        """Whether the newest operation on the stack is the one that `token` names."""
        newest = next(_events(client, stack), None)
        return newest is not None and newest.get("ClientRequestToken") == token


EXISTS = "AlreadyExistsException"
REPEATED = "TokenAlreadyExistsException"
INVALID = "ValidationError"
NOTHING_TO_DO = "No updates are to be performed"
NO_CLUSTER = ("ClusterNotFoundException", "ClusterNotFound")


def _form(
    template: str, parameters: Mapping[str, str], tags: Mapping[str, str], token: str
) -> dict[str, Any]:
    return {
        "TemplateBody": template,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in sorted(parameters.items())
        ],
        "Capabilities": CAPABILITIES,
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
        "ClientRequestToken": token,
    }


def _described(client: Any, stack: str) -> Any:
    """The stack as AWS describes it; ``None`` when there is none."""
    try:
        stacks = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if _absent(error):
            return None
        raise
    return stacks[0] if stacks else None


def _absent(error: ClientError) -> bool:
    return code_of(error) == INVALID and "does not exist" in words_of(error)


def _events(client: Any, stack: str) -> Iterator[Any]:
    pages = client.get_paginator("describe_stack_events").paginate(
        StackName=stack, PaginationConfig={"MaxItems": MAX_EVENT_PAGES * 100}
    )
    for page in pages:
        yield from page["StackEvents"]


def _event(said: Any) -> StackEvent:
    return StackEvent(
        event_id=said["EventId"],
        at=said["Timestamp"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        logical_id=said["LogicalResourceId"],
        resource_type=said["ResourceType"],
        status=said["ResourceStatus"],
        reason=said.get("ResourceStatusReason"),
    )


def _tags(stack: Any) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in stack.get("Tags", [])}


def _taken(place: CustomerPlace, stack: str) -> CloudRefused:
    return CloudRefused(
        f"Account {place.account_id} has a stack {stack} in {place.region} that is not this runner's. "
        "Delete it there, then try again.",
        details={"cause": str(RefusalCause.REFUSED), "role": place.role, "region": place.region},
    )
