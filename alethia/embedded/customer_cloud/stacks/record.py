"""Stacks, as CloudFormation remembers them."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

from .inside import Caller
from .template import Json, Place

STACK_TYPE = "AWS::CloudFormation::Stack"
GONE = "DELETE_COMPLETE"


@dataclass
class Resource:
    """One resource of a stack, as it stands."""

    logical_id: str
    type: str
    properties: Json = field(default_factory=dict)
    physical_id: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What ``Fn::GetAtt`` gives."""
    on_delete: str = "Delete"
    on_replace: str = "Delete"
    status: str = ""
    reason: str | None = None
    changed_at: datetime = field(default_factory=utcnow)


@dataclass(frozen=True)
class Listed:
    """What the tagging API lists for a while, though it is gone."""

    arn: str
    tags: dict[str, str]
    resource_type: str


@dataclass(frozen=True)
class Event:
    """One line of a stack's story."""

    event_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str | None
    token: str | None
    at: datetime = field(default_factory=utcnow)


@dataclass
class Content:
    """What a stack is to be: given at its creation, and anew at each update."""

    text: str
    template: Json
    given: dict[str, str]
    """Parameters, as they were given."""
    values: dict[str, Any]
    """All parameters."""
    tags: dict[str, str]
    capabilities: list[str]

    def same_as(self, other: "Content") -> bool:
        """Whether an update from one to the other has nothing to do."""
        return (self.template, self.values, self.tags) == (other.template, other.values, other.tags)


@dataclass
class Stack:
    """A stack, present or past."""

    place: Place
    content: Content
    caller: Caller
    """Who began the operation that is under way, or the last one."""
    token: str | None = None
    """Of that operation."""
    tokens: set[str] = field(default_factory=set)
    """Of all operations."""
    status: str = ""
    reason: str | None = None
    on_failure: str = "ROLLBACK"
    resources: dict[str, Resource] = field(default_factory=dict)
    """By logical id, in the order in which they were made; deleted ones too."""
    outputs: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    """Oldest first."""
    still_listed: list[Listed] = field(default_factory=list)
    """What it has deleted, and the tagging API has not listed since."""
    work: Iterator[object] | None = None
    """What is left to do of the operation under way."""
    created_at: datetime = field(default_factory=utcnow)
    updated_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def name(self) -> str:
        return self.place.stack_name

    @property
    def stack_id(self) -> str:
        return self.place.stack_id

    @property
    def is_gone(self) -> bool:
        return self.status == GONE

    @property
    def standing(self) -> list[Resource]:
        """The resources that are there, in the order in which they were made."""
        return [one for one in self.resources.values() if one.physical_id and one.status != GONE]

    def turn(self, status: str, reason: str | None = None) -> None:
        """The stack's own status changes."""
        self.status, self.reason = status, reason
        event_id = str(uuid.uuid4())
        self.events.append(Event(event_id, self.name, self.stack_id, STACK_TYPE, status, reason, self.token))

    def tell(self, resource: Resource, status: str, reason: str | None = None) -> None:
        """A resource's status changes."""
        resource.status, resource.reason, resource.changed_at = status, reason, utcnow()
        event_id = f"{resource.logical_id}-{status}-{uuid.uuid4()}"
        self.events.append(
            Event(
                event_id,
                resource.logical_id,
                resource.physical_id,
                resource.type,
                status,
                reason,
                self.token,
            )
        )


def kept(backend: Any) -> dict[str, Stack]:
    """All stacks of an account and region, past ones too, by id."""
    stacks: dict[str, Stack] = backend.__dict__.setdefault("alethia_stacks", {})
    return stacks
