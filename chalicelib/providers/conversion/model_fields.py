"""What the form itself says of a field: what stands there when nothing is said, and which words may."""

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from chalicelib.domain.spec import SpecForm

from .paths import Path


def may_be_empty(path: Path) -> bool:
    """Whether the field may hold nothing."""
    field = _field(path)
    return field is not None and not field.is_required() and field.default is None


def default_in_model(path: Path) -> Any:
    """What the form has there when nothing is said; ``None`` where something must be."""
    field = _field(path)
    return None if field is None or field.is_required() else field.default


def words_of(path: Path) -> tuple[Any, ...]:
    """The words of which the field is one; none where it is open."""
    field = _field(path)
    choices = _unwrapped(field.annotation) if field is not None else None
    return get_args(choices) if get_origin(choices) is Literal else ()


def _field(path: Path) -> FieldInfo | None:
    """The last field on the way; ``None`` for an element, an option, or what is no field."""
    model: Any = SpecForm
    field: FieldInfo | None = None
    for part in path:
        if isinstance(part, int):
            field = None
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return None
        field = model.model_fields.get(part)
        model = _element(_unwrapped(field.annotation)) if field is not None else None
    return field


def _unwrapped(annotation: Any) -> Any:
    """Without ``| None``."""
    if get_origin(annotation) in (Union, UnionType):
        return next(choice for choice in get_args(annotation) if choice is not NoneType)
    return annotation


def _element(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is list else annotation
