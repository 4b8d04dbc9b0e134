"""From the raw body of a form to a configuration that every rule accepts.

::

    raw body ─► defaults of stage and engine ─► pydantic ─► names unique ─► provider's rules ─► stored form

Every refusal is one :class:`InvalidInput` that names the field, says what is wrong and what would be right.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ..domain.errors import FieldProblem, InvalidInput, TooLarge
from ..domain.problems import problems_of
from ..domain.snapshot import canonical_json
from ..domain.spec import SpecForm, check_names_unique, with_stage_defaults
from ..domain.words import CloudProvider, Stage
from ..providers import provider_of
from ..providers.base import Engine

MAX_BYTES = 256 * 1024
"""Largest stored form: its snapshot is one DynamoDB item (400 KB)."""


def read_form(raw: Mapping[str, Any]) -> SpecForm:
    """The form that `raw` stands for, with its stage's defaults.

    Raises
    ------
    InvalidInput
        One problem for each wrong field.
    TooLarge
        More configuration than one spec may hold.
    """
    form = _shaped(_with_engine_versions(with_stage_defaults(raw, _defaults(raw))))
    problems: list[FieldProblem] = []
    try:
        check_names_unique(form)
    except InvalidInput as duplicate:
        problems.extend(duplicate.problems)
    problems.extend(provider_of(form.provider).validate(form))
    if problems:
        raise InvalidInput(problems)
    return form


def stored(form: SpecForm) -> dict[str, Any]:
    """What is kept of a form: every field, in JSON's own types (:class:`TooLarge` over the limit)."""
    fields = form.model_dump(mode="json")
    size = len(canonical_json(fields).encode())
    if size > MAX_BYTES:
        raise TooLarge(
            f"The configuration has {size} bytes; a spec holds at most {MAX_BYTES}. Split it up.",
            details={"limit_bytes": MAX_BYTES},
        )
    return fields


def _shaped(filled: Mapping[str, Any]) -> SpecForm:
    try:
        return SpecForm.model_validate(filled)
    except ValidationError as error:
        raise InvalidInput(problems_of(error)) from None


def _with_engine_versions(filled: Mapping[str, Any]) -> dict[str, Any]:
    """Give an engine whose version was left out the one that its cloud prefers."""
    try:
        catalogue = provider_of(CloudProvider(str(filled.get("provider", CloudProvider.AWS)))).catalogue
    except ValueError:
        return dict(filled)
    engines = {"databases": catalogue.database_engines, "caches": catalogue.cache_engines}
    return dict(filled) | {
        field: [_with_version(item, {engine.name: engine for engine in offered}) for item in filled[field]]
        for field, offered in engines.items()
        if isinstance(filled.get(field), list)
    }


def _with_version(item: Any, engines: Mapping[str, Engine]) -> Any:
    if not isinstance(item, Mapping) or "engine_version" in item:
        return item
    engine = engines.get(str(item.get("engine")))
    return {**item, "engine_version": engine.versions[0]} if engine else item


def _defaults(raw: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The stage's defaults; none where the stage or the cloud is wrong, which validation then names."""
    try:
        stage = Stage(str(raw.get("environment_stage")))
        cloud = CloudProvider(str(raw.get("provider", CloudProvider.AWS)))
    except ValueError:
        return {}
    return provider_of(cloud).defaults(stage)
