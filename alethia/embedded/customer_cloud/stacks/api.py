"""CloudFormation's calls about stacks, in place of moto's."""

import uuid
from collections.abc import Iterator
from typing import Any

from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult, EmptyResult

from ..patching import Method, around
from . import life, listed, template
from .errors import AlreadyExists, InsufficientCapabilities, ValidationError
from .inside import Caller
from .record import Content, Event, Resource, Stack, kept
from .resources import require_known

EVENTS_A_PAGE = 100
RESOURCES_A_PAGE = 100
CAN_BE_UPDATED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"}
CAN_BE_CANCELLED = "CREATE_IN_PROGRESS"
"""Of the stacks that are changing, those that can be deleted meanwhile."""


def close_gaps() -> None:
    for name, call in CALLS.items():
        assert hasattr(CloudFormationResponse, name), f"moto's CloudFormation has no {name} any more"
        setattr(CloudFormationResponse, name, call)

    @around(CloudFormationBackend, "iter_tagged_resources")
    def stacks(_original: Method, backend: Any) -> Iterator[TaggedResource]:
        for stack in _stacks(backend):
            if not stack.is_gone:
                yield TaggedResource(stack.stack_id, dict(stack.content.tags), "cloudformation:stack")

    listed.close_gaps()


def create_stack(response: Any) -> ActionResult:
    name, token = response._get_param("StackName"), response._get_param("ClientRequestToken")
    there = _named(response.cloudformation_backend, name)
    if there is not None:
        if token and there.token == token and there.status.startswith(("CREATE_", "ROLLBACK_")):
            return ActionResult({"StackId": there.stack_id})
        raise AlreadyExists(f"Stack [{name}] already exists")
    content = _content(response, None)
    account, region = response.current_account, response.region
    stack_id = f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}"
    stack = Stack(
        place=template.Place(account, region, name, stack_id),
        content=content,
        caller=_caller(response),
        token=token,
        tokens={token},
        on_failure=response._get_param("OnFailure") or _on_failure(response),
    )
    kept(response.cloudformation_backend)[stack_id] = stack
    life.begin(stack, life.create(stack))
    return ActionResult({"StackId": stack_id})


def update_stack(response: Any) -> ActionResult:
    stack, token = _present(response), response._get_param("ClientRequestToken")
    if token and stack.token == token and stack.status.startswith("UPDATE_"):
        return ActionResult({"StackId": stack.stack_id})
    if stack.status not in CAN_BE_UPDATED:
        raise ValidationError(f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")
    content = _content(response, stack)
    if content.same_as(stack.content):
        raise ValidationError("No updates are to be performed.")
    _taken_up(stack, response, token)
    life.begin(stack, life.update(stack, content))
    return ActionResult({"StackId": stack.stack_id})


def delete_stack(response: Any) -> EmptyResult:
    stack, token = _find(response), response._get_param("ClientRequestToken")
    if stack is None or stack.is_gone or stack.status == "DELETE_IN_PROGRESS":
        return EmptyResult()
    if stack.status.endswith("_IN_PROGRESS") and stack.status != CAN_BE_CANCELLED:
        raise ValidationError(f"Stack [{stack.stack_id}] cannot be deleted while in status {stack.status}")
    _taken_up(stack, response, token)
    life.begin(stack, life.delete(stack))
    return EmptyResult()


def describe_stacks(response: Any) -> ActionResult:
    if response._get_param("StackName"):
        stack = _present(response, deleted=True)
        life.go_on(stack)
        return ActionResult({"Stacks": [_described(stack)]})
    return ActionResult(
        {"Stacks": [_described(one) for one in _stacks(response.cloudformation_backend) if not one.is_gone]}
    )


def list_stacks(response: Any) -> ActionResult:
    wanted = response._get_param("StackStatusFilter") or []
    found = [one for one in _stacks(response.cloudformation_backend) if not wanted or one.status in wanted]
    return ActionResult({"StackSummaries": [_described(one) for one in found]})


def describe_stack_events(response: Any) -> ActionResult:
    stack = _present(response, deleted=True)
    page, following = _page(response, stack.events[::-1], EVENTS_A_PAGE)
    return ActionResult({"StackEvents": [_event(stack, one) for one in page], "NextToken": following})


def list_stack_resources(response: Any) -> ActionResult:
    stack = _present(response, deleted=True)
    page, following = _page(response, list(stack.resources.values()), RESOURCES_A_PAGE)
    return ActionResult(
        {
            "StackResourceSummaries": [_resource(one, "LastUpdatedTimestamp") for one in page],
            "NextToken": following,
        }
    )


def describe_stack_resources(response: Any) -> ActionResult:
    stack, wanted = _present(response, deleted=True), response._get_param("LogicalResourceId")
    found = [one for one in stack.resources.values() if not wanted or one.logical_id == wanted]
    about = {"StackName": stack.name, "StackId": stack.stack_id}
    return ActionResult({"StackResources": [about | _resource(one, "Timestamp") for one in found]})


def describe_stack_resource(response: Any) -> ActionResult:
    stack, wanted = _present(response, deleted=True), response._get_param("LogicalResourceId")
    if wanted not in stack.resources:
        raise ValidationError(f"Resource {wanted} does not exist for stack {stack.name}")
    about = {"StackName": stack.name, "StackId": stack.stack_id}
    found = about | _resource(stack.resources[wanted], "LastUpdatedTimestamp")
    return ActionResult({"StackResourceDetail": found})


def get_template(response: Any) -> ActionResult:
    return ActionResult({"TemplateBody": _present(response, deleted=True).content.text})


CALLS = {
    one.__name__: one
    for one in (
        create_stack,
        update_stack,
        delete_stack,
        describe_stacks,
        list_stacks,
        describe_stack_events,
        list_stack_resources,
        describe_stack_resources,
        describe_stack_resource,
        get_template,
    )
}


def _content(response: Any, before: Stack | None) -> Content:
    """What the request wants the stack to be.

    Raises
    ------
    ValidationError
        The template, or a parameter, is not right.
    InsufficientCapabilities
        It makes roles, and that was not acknowledged.
    """
    text = response._get_param("TemplateBody")
    if before is not None and response._get_bool_param("UsePreviousTemplate", False):
        text = before.content.text
    if not text:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    parsed = template.parse(text)
    require_known({one["Type"] for one in parsed["Resources"].values()})
    template.in_order(parsed["Resources"])
    capabilities = response._get_param("Capabilities") or []
    needed = template.needed_capability(parsed)
    if needed and not {needed, "CAPABILITY_NAMED_IAM"} & set(capabilities):
        raise InsufficientCapabilities(f"Requires capabilities : [{needed}]")
    given = {
        one["ParameterKey"]: before.content.given[one["ParameterKey"]]
        if before is not None and one.get("UsePreviousValue")
        else one.get("ParameterValue", "")
        for one in response._get_param("Parameters") or []
    }
    tags = {one["Key"]: one["Value"] for one in response._get_param("Tags") or []}
    if before is not None and response._get_param("Tags") is None:
        tags = before.content.tags
    return Content(text, parsed, given, template.fill_in(parsed, given), tags, capabilities)


def _on_failure(response: Any) -> str:
    return "DO_NOTHING" if response._get_bool_param("DisableRollback", False) else "ROLLBACK"


def _taken_up(stack: Stack, response: Any, token: str | None) -> None:
    stack.caller, stack.token = _caller(response), token


def _caller(response: Any) -> Caller:
    return Caller(response.get_access_key(), response.current_account, response.region)


def _stacks(backend: Any) -> list[Stack]:
    return list(kept(backend).values())


def _named(backend: Any, name: str) -> Stack | None:
    return next((one for one in _stacks(backend) if one.name == name and not one.is_gone), None)


def _find(response: Any) -> Stack | None:
    """The stack that a request is about: by id also a deleted one."""
    wanted, backend = response._get_param("StackName"), response.cloudformation_backend
    return kept(backend).get(wanted) or _named(backend, wanted)


def _present(response: Any, *, deleted: bool = False) -> Stack:
    stack = _find(response)
    if stack is None or (stack.is_gone and not deleted):
        raise ValidationError(f"Stack with id {response._get_param('StackName')} does not exist")
    return stack


def _page(response: Any, items: list[Any], size: int) -> tuple[list[Any], str | None]:
    start = int(response._get_param("NextToken") or 0)
    following = start + size
    return items[start:following], str(following) if following < len(items) else None


def _described(stack: Stack) -> dict[str, Any]:
    said: dict[str, Any] = stack.content.template.get("Outputs", {})
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "Description": stack.content.template.get("Description"),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": stack.content.given.get(key, one.get("Default"))}
            for key, one in stack.content.template.get("Parameters", {}).items()
        ],
        "CreationTime": stack.created_at,
        "LastUpdatedTime": stack.updated_at,
        "DeletionTime": stack.deleted_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "Capabilities": stack.content.capabilities,
        "Outputs": [
            {"OutputKey": key, "OutputValue": str(value), "Description": said.get(key, {}).get("Description")}
            for key, value in stack.outputs.items()
        ],
        "Tags": dict(stack.content.tags),
        "EnableTerminationProtection": False,
    }


def _event(stack: Stack, event: Event) -> dict[str, Any]:
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "EventId": event.event_id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ClientRequestToken": event.token,
        "Timestamp": event.at,
    }


def _resource(resource: Resource, changed: str) -> dict[str, Any]:
    return {
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id or None,
        "ResourceType": resource.type,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
        changed: resource.changed_at,
    }
