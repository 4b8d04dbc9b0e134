"""Create, update, roll back, delete: one resource at a time, each step told as an event.

Each function is a generator that does the next thing and yields; :func:`go_on` is how far one call takes it.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from moto.core.utils import utcnow

from . import listed
from .errors import ResourceFailed, ValidationError
from .record import GONE, Content, Resource, Stack
from .resources import handler_of
from .resources.base import Deed, Made
from .template import Reader, in_order

STRIDE = 5
"""Resources that one call makes at most."""


class Pause(Enum):
    """What a step says about the next one."""

    STEP = "it may follow at once"
    LOOK = "it waits for another look: an operation never ends in the call that began it"
    DONE = "there is none"


STEP, LOOK, DONE = Pause

RETAINED = {"Retain", "RetainExceptOnCreate"}


def begin(stack: Stack, work: Iterator[Pause]) -> None:
    """Let `stack` do `work` from now on, and do its first steps."""
    stack.work = work
    go_on(stack)


def go_on(stack: Stack) -> None:
    """A few more steps of what is under way."""
    for _ in range(STRIDE):
        if stack.work is None:
            return
        step = next(stack.work, DONE)
        if step is DONE:
            stack.work = None
        if step is not STEP:
            return


def create(stack: Stack) -> Iterator[Pause]:
    """Make everything that the template asks for."""
    stack.turn("CREATE_IN_PROGRESS", "User Initiated")
    reader = _reader(stack, stack.content)
    for logical_id in in_order(stack.content.template["Resources"]):
        if not reader.holds(stack.content.template["Resources"][logical_id].get("Condition")):
            continue
        try:
            _make(stack, reader, stack.content, logical_id)
        except ResourceFailed as error:
            stack.tell(stack.resources[logical_id], "CREATE_FAILED", str(error))
            yield from _undo_creation(stack, f"The following resource(s) failed to create: [{logical_id}]. ")
            return
        yield STEP
    stack.outputs = _outputs(stack, reader)
    yield LOOK
    stack.turn("CREATE_COMPLETE")


def _undo_creation(stack: Stack, reason: str) -> Iterator[Pause]:
    if stack.on_failure == "DO_NOTHING":
        stack.turn("CREATE_FAILED", reason)
        return
    stack.turn("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
    yield LOOK
    failed: list[str] = []
    for resource in stack.resources.values():
        if not resource.physical_id:
            stack.tell(resource, GONE)
    for resource in reversed(stack.standing):
        if resource.on_delete != "Retain":
            failed += _remove(stack, resource)
            yield STEP
    if failed:
        stack.turn("ROLLBACK_FAILED", _failed_to_delete(failed))
        return
    stack.turn("ROLLBACK_COMPLETE")
    if stack.on_failure == "DELETE":
        stack.turn(GONE)
        stack.deleted_at = utcnow()


def delete(stack: Stack) -> Iterator[Pause]:
    """Remove everything that the template does not keep."""
    stack.turn("DELETE_IN_PROGRESS", "User Initiated")
    failed: list[str] = []
    for resource in reversed(stack.standing):
        if resource.on_delete in RETAINED:
            stack.tell(resource, "DELETE_SKIPPED")
        else:
            failed += _remove(stack, resource)
        yield STEP
    if failed:
        stack.turn("DELETE_FAILED", _failed_to_delete(failed))
        return
    yield LOOK
    stack.turn(GONE)
    stack.deleted_at = utcnow()


def update(stack: Stack, new: Content) -> Iterator[Pause]:
    """Make, change and replace what differs; then remove what is no longer wanted."""
    stack.turn("UPDATE_IN_PROGRESS", "User Initiated")
    stack.updated_at = utcnow()
    before = dict(stack.resources)
    reader = _reader(stack, new)
    changed: list[tuple[Resource | None, Resource]] = []
    replaced: list[Resource] = []
    wanted = [
        name
        for name in in_order(new.template["Resources"])
        if reader.holds(new.template["Resources"][name].get("Condition"))
    ]
    for logical_id in wanted:
        there = _standing(stack, logical_id)
        try:
            if there is None:
                changed.append((None, _make(stack, reader, new, logical_id)))
            else:
                now = _change(stack, reader, new, there)
                if now is None:
                    continue
                changed.append((there, now))
                if now.physical_id != there.physical_id:
                    replaced.append(there)
        except ResourceFailed as error:
            failed = stack.resources[logical_id]
            stack.tell(failed, "CREATE_FAILED" if there is None else "UPDATE_FAILED", str(error))
            verb = "create" if there is None else "update"
            reason = f"The following resource(s) failed to {verb}: [{logical_id}]. "
            yield from _undo_update(stack, before, changed, reason)
            return
        yield STEP
    stack.content = new
    stack.outputs = _outputs(stack, reader)
    dropped = [one for name, one in before.items() if name not in wanted and one in stack.standing]
    yield LOOK
    stack.turn("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    for resource, policy in [(one, one.on_replace) for one in replaced] + [
        (one, one.on_delete) for one in reversed(dropped)
    ]:
        if policy in RETAINED:
            stack.tell(resource, "DELETE_SKIPPED")
        else:
            _remove(stack, resource)
        yield STEP
    for resource in dropped:
        stack.resources.pop(resource.logical_id)
    stack.turn("UPDATE_COMPLETE")


def _undo_update(
    stack: Stack,
    before: dict[str, Resource],
    changed: list[tuple[Resource | None, Resource]],
    reason: str,
) -> Iterator[Pause]:
    stack.turn("UPDATE_ROLLBACK_IN_PROGRESS", reason)
    yield LOOK
    failed: list[str] = []
    for there, now in reversed(changed):
        if there is not None and now.physical_id == there.physical_id:
            try:
                _apply(stack, now, there.properties)
                stack.tell(there, "UPDATE_COMPLETE")
            except ResourceFailed as error:
                stack.tell(there, "UPDATE_FAILED", str(error))
                failed.append(there.logical_id)
            yield STEP
    stack.resources = dict(before)
    for resource in stack.resources.values():
        if resource.status == "UPDATE_FAILED" and resource.logical_id not in failed:
            stack.tell(resource, "UPDATE_COMPLETE")
    if failed:
        stack.turn(
            "UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{', '.join(failed)}]. "
        )
        return
    stack.turn("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    for there, now in reversed(changed):
        if (there is None or now.physical_id != there.physical_id) and now.on_delete != "Retain":
            _remove(stack, now)
            yield STEP
    stack.turn("UPDATE_ROLLBACK_COMPLETE")


def _make(stack: Stack, reader: Reader, content: Content, logical_id: str) -> Resource:
    """Make a resource; on failure it is in the stack, without a physical id."""
    stack.resources.pop(logical_id, None)
    stack.resources[logical_id] = resource = _declared(content, logical_id)
    stack.tell(resource, "CREATE_IN_PROGRESS")
    resource.properties = _properties(reader, content, logical_id)
    made = handler_of(resource.type).create(_deed(stack, content, resource))
    resource.physical_id, resource.attributes = made.physical_id, made.attributes
    stack.tell(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
    stack.tell(resource, "CREATE_COMPLETE")
    return resource


def _change(stack: Stack, reader: Reader, content: Content, there: Resource) -> Resource | None:
    """Change or replace a resource; ``None`` when nothing of it differs."""
    now = _declared(content, there.logical_id)
    now.properties = _properties(reader, content, there.logical_id)
    if (now.type, now.properties) == (there.type, there.properties):
        there.on_delete, there.on_replace = now.on_delete, now.on_replace
        return None
    stack.tell(there, "UPDATE_IN_PROGRESS")
    handler = handler_of(now.type)
    same = now.type == there.type
    made = handler.update(_deed(stack, content, now), _made(there), there.properties) if same else None
    if made is None:
        stack.tell(
            there,
            "UPDATE_IN_PROGRESS",
            "Requested update requires the creation of a new physical resource; hence creating one.",
        )
        made = handler.create(_deed(stack, content, now))
    now.physical_id, now.attributes = made.physical_id, made.attributes
    stack.resources[there.logical_id] = now
    stack.tell(now, "UPDATE_COMPLETE")
    return now


def _apply(stack: Stack, now: Resource, properties: dict[str, Any]) -> None:
    """Give a changed resource the properties back that it had."""
    back = Resource(now.logical_id, now.type, properties)
    stack.tell(now, "UPDATE_IN_PROGRESS")
    made = handler_of(now.type).update(_deed(stack, stack.content, back), _made(now), now.properties)
    if made is None:
        raise ResourceFailed("It can't be changed back without being replaced.")


def _remove(stack: Stack, resource: Resource) -> list[str]:
    """Delete a resource; its logical id if that failed."""
    stack.tell(resource, "DELETE_IN_PROGRESS")
    still_listed = listed.as_listed(stack, resource)
    try:
        handler_of(resource.type).delete(_deed(stack, stack.content, resource), _made(resource))
    except ResourceFailed as error:
        stack.tell(resource, "DELETE_FAILED", str(error))
        return [resource.logical_id]
    stack.still_listed += still_listed
    stack.tell(resource, GONE)
    return []


def _declared(content: Content, logical_id: str) -> Resource:
    said = content.template["Resources"][logical_id]
    return Resource(
        logical_id,
        said["Type"],
        on_delete=said.get("DeletionPolicy", "Delete"),
        on_replace=said.get("UpdateReplacePolicy", "Delete"),
    )


def _properties(reader: Reader, content: Content, logical_id: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = reader.read(content.template["Resources"][logical_id].get("Properties", {}))
    except ValidationError as error:
        raise ResourceFailed(error.message) from None
    return read


def _standing(stack: Stack, logical_id: str) -> Resource | None:
    there = stack.resources.get(logical_id)
    return there if there is not None and there in stack.standing else None


def _made(resource: Resource) -> Made:
    return Made(resource.physical_id, resource.attributes)


def _deed(stack: Stack, content: Content, resource: Resource) -> Deed:
    return Deed(stack.caller, stack.place, resource.logical_id, resource.properties, content.tags)


def _reader(stack: Stack, content: Content) -> Reader:
    def attribute(logical_id: str, name: str | None) -> Any:
        resource = stack.resources.get(logical_id)
        if resource is None or not resource.physical_id:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies [{logical_id}] in the template"
            )
        if name is None:
            return resource.physical_id
        if name not in resource.attributes:
            raise ValidationError(f"Template error: {resource.type} does not support attribute {name}")
        return resource.attributes[name]

    @cache
    def zones(region: str) -> list[str]:
        """CloudFormation asks all three with the caller's rights."""
        ec2 = replace(stack.caller, region=region).client("ec2")
        try:
            ec2.describe_account_attributes()
            ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
            found = ec2.describe_availability_zones()["AvailabilityZones"]
        except ClientError as error:
            raise ValidationError(f"Template error: Fn::GetAZs: {error}") from None
        return sorted(one["ZoneName"] for one in found)

    return Reader(content.template, content.values, stack.place, attribute, zones)


def _outputs(stack: Stack, reader: Reader) -> dict[str, Any]:
    return {
        name: reader.read(said["Value"])
        for name, said in stack.content.template.get("Outputs", {}).items()
        if reader.holds(said.get("Condition"))
    }


def _failed_to_delete(names: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. "
