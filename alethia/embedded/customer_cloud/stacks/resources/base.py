"""What every handler of a resource type works with."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from ..errors import ResourceFailed
from ..inside import Caller
from ..template import Json, Place

CODES = {
    "AccessDenied": "AccessDenied",
    "AccessDeniedException": "AccessDenied",
    "EntityAlreadyExists": "AlreadyExists",
    "InvalidGroup.Duplicate": "AlreadyExists",
    "LimitExceeded": "ServiceLimitExceeded",
    "NoSuchEntity": "NotFound",
    "ResourceAlreadyExistsException": "AlreadyExists",
    "ResourceExistsException": "AlreadyExists",
    "ResourceNotFoundException": "NotFound",
    "UnauthorizedOperation": "AccessDenied",
}
"""A service's code → the word of CloudFormation's handlers for it."""


@dataclass(frozen=True)
class Made:
    """A resource that is there."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Deed:
    """One thing to do about one resource."""

    caller: Caller
    place: Place
    logical_id: str
    properties: Json
    stack_tags: Mapping[str, str]

    def client(self, service: str) -> Any:
        """A client that acts as whoever asked for the stack."""
        return self.caller.client(service)

    def get(self, name: str, default: Any = None) -> Any:
        """A property."""
        return self.properties.get(name, default)

    def name(self, wanted: str) -> str:
        """The name that the template gives in property `wanted`, or one that AWS would make up."""
        given = self.properties.get(wanted)
        return str(given) if given else f"{self.place.stack_name}-{self.logical_id}-{uuid.uuid4().hex[:12]}"

    @property
    def tags(self) -> dict[str, str]:
        """The stack's tags and the resource's own."""
        own = {one["Key"]: str(one["Value"]) for one in self.properties.get("Tags", [])}
        return dict(self.stack_tags) | own

    @property
    def tag_list(self) -> list[dict[str, str]]:
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        """An ARN in the stack's account."""
        where = self.place.region if region else ""
        return f"arn:aws:{service}:{where}:{self.place.account_id}:{resource}"


class Handler(Protocol):
    """How CloudFormation makes, changes and deletes resources of one type.

    Each raises :class:`~..errors.ResourceFailed` (see :func:`reported`).
    """

    def create(self, deed: Deed) -> Made:
        """Make it."""
        ...

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        """Change it from properties `before`; ``None``: it takes a new one in its place."""
        ...

    def delete(self, deed: Deed, there: Made) -> None:
        """Delete it; what is gone already is no failure."""
        ...


class Replaced:
    """Of a type that is never changed in place."""

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        """A new one."""
        return None


def changes(deed: Deed, before: Json) -> set[str]:
    """Names of the properties that differ."""
    now = deed.properties
    return {name for name in now.keys() | before.keys() if now.get(name) != before.get(name)}


@contextmanager
def reported(*, gone: tuple[str, ...] = ()) -> Iterator[None]:
    """API errors in here are the resource's failure, told as CloudFormation tells it; `gone` are none."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        if said.get("Code") in gone:
            return
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        raise failed(
            f"{said.get('Message', '')} (Service: Aws, Status Code: {status}, Request ID: {uuid.uuid4()})",
            CODES.get(str(said.get("Code")), "InvalidRequest"),
        ) from None
    except BotoCoreError as error:
        raise failed(str(error), "InvalidRequest") from None


def failed(message: str, code: str) -> ResourceFailed:
    """A failure in CloudFormation's own form."""
    return ResourceFailed(
        f'Resource handler returned message: "{message}" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})"
    )


def already_exists(resource_type: str, name: str) -> ResourceFailed:
    """How CloudFormation says that something of that name is there, where the service itself does not."""
    return failed(
        f"Resource of type '{resource_type}' with identifier '{name}' already exists.", "AlreadyExists"
    )
