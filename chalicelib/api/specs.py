"""Specs. The body is the form itself, beside ``zone_id`` (create) or ``expected_rev`` (edit)."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from ..bootstrap import container
from ..domain.errors import FieldProblem, InvalidInput
from ..domain.ids import ID_PATTERN
from ..domain.problems import problems_of
from ..domain.spec import SpecForm
from ..services.conversions import ConversionView, ConversionWish
from ..services.paging import Page, PageRequest
from ..services.spec_views import KubeconfigView, Preview, SpecDetail, SpecSummary
from .callers import UserCaller
from .routing import Documented, IdempotencyKey, JsonObject, Routes

routes = Routes("specs")


class CreateSpec(SpecForm):
    """A new spec. What is left out of a section gets the stage's default."""

    zone_id: str = Field(pattern=ID_PATTERN)


class EditSpec(SpecForm):
    """The whole configuration, as it is to be from now on."""

    expected_rev: int = Field(ge=1, description="current_rev of the spec that was edited.")


_REV: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=1, le=99_999_999, strict=True)])
_ID: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(pattern=ID_PATTERN)])


@routes.post("/api/specs", status=201, errors=(404,))
def create_spec(
    caller: UserCaller,
    body: Annotated[JsonObject, Documented(CreateSpec)],
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> SpecDetail:
    """Create a spec, as a draft."""
    zone_id, form = _split(body, "zone_id", _ID)
    return container().specs.create(caller.principal, zone_id, form, idempotency_key, request_hash)


@routes.get("/api/zones/{zone_id}/specs")
def list_specs(caller: UserCaller, zone_id: str, query: PageRequest) -> Page[SpecSummary]:
    """List a zone's specs, newest first."""
    return container().specs.list(caller.principal, zone_id, query)


@routes.get("/api/specs/{spec_id}")
def read_spec(caller: UserCaller, spec_id: str) -> SpecDetail:
    """Read a spec with its components and what is observed of them."""
    return container().specs.read(caller.principal, spec_id)


@routes.put("/api/specs/{spec_id}")
def edit_spec(
    caller: UserCaller, spec_id: str, body: Annotated[JsonObject, Documented(EditSpec)], request_hash: str
) -> SpecDetail:
    """Replace a spec's configuration. Refused when somebody edited it since you loaded it."""
    expected_rev, form = _split(body, "expected_rev", _REV)
    return container().specs.edit(caller.principal, spec_id, expected_rev, form, request_hash)


@routes.delete("/api/specs/{spec_id}")
def delete_spec(caller: UserCaller, spec_id: str) -> None:
    """Delete a spec of which nothing is provisioned."""
    container().specs.delete(caller.principal, spec_id)


@routes.get("/api/specs/{spec_id}/preview")
def preview_spec(caller: UserCaller, spec_id: str) -> Preview:
    """Show the snapshot that a plan would freeze, its hash, and terraform's variables."""
    return container().specs.preview(caller.principal, spec_id)


@routes.get("/api/specs/{spec_id}/kubeconfig", errors=(409,))
def read_kubeconfig(caller: UserCaller, spec_id: str) -> KubeconfigView:
    """Show how ``kubectl`` signs in to the spec's cluster."""
    login = container().specs.kubeconfig(caller.principal, spec_id)
    return KubeconfigView(document=login.document(), needs=login.needs)


@routes.get("/api/specs/{spec_id}/conversion")
def preview_conversion(caller: UserCaller, spec_id: str, query: ConversionWish) -> ConversionView:
    """Show what a spec would be on another cloud, field by field. Nothing is made."""
    return container().conversions.preview(caller.principal, spec_id, query)


@routes.post("/api/specs/{spec_id}/convert", status=201)
def convert_spec(
    caller: UserCaller,
    spec_id: str,
    body: ConversionWish,
    idempotency_key: IdempotencyKey,
    request_hash: str,
) -> ConversionView:
    """Make a draft of a spec for another cloud, and say what became of each field."""
    return container().conversions.convert(caller.principal, spec_id, body, idempotency_key, request_hash)


def _split(body: JsonObject, field: str, adapter: TypeAdapter[Any]) -> tuple[Any, JsonObject]:
    """One field of the body, checked, and the rest."""
    rest = dict(body)
    if field not in rest:
        raise InvalidInput([FieldProblem((field,), "is required")])
    try:
        return adapter.validate_python(rest.pop(field)), rest
    except ValidationError as error:
        raise InvalidInput(
            [FieldProblem((field,), problem.message) for problem in problems_of(error)]
        ) from None
