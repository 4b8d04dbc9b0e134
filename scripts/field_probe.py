"""Which terraform variables a field of a spec becomes: found out by changing the field and looking.

A configuration is changed in one field at a time; the variables that change with it are the ones that the
field becomes. Nobody has to keep that knowledge twice, and it can't say what the code does not do.
"""

import types
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from chalicelib.domain.components import COLLECTIONS, SINGLETONS
from chalicelib.domain.spec import Components
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import Stage
from chalicelib.providers.base import Provider, Tfvars

OWNER = Owner(zone_id="zone-1", spec_id="spec-1")
SECTIONS = (*SINGLETONS.values(), *COLLECTIONS.values())
SCALARS = ("project_name", "environment_stage", "region", "account_id")
MOST_ATTRIBUTES = 3
"""Attributes of one variable that are named; when more of them change, the variable itself is meant."""

SOME_ZONE = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/names"
    "/providers/Microsoft.Network/dnsZones/example.com"
)
"""A text that is looked into on Azure."""

REFUSED = "refused"
"""No variable changes, and the provider's rules say why."""


def every_field() -> Iterator[str]:
    """Each field of a spec that every cloud has, such as ``databases.engine``."""
    yield from SCALARS
    for section in SECTIONS:
        model = _inner_model(Components.model_fields[section].annotation)
        assert model is not None
        for name, info in model.model_fields.items():
            inner = _inner_model(info.annotation)
            if name == "provider_config":
                continue
            if inner is None:
                yield f"{section}.{name}"
            else:
                yield from (f"{section}.{name}.{part}" for part in inner.model_fields)


def variables_of(provider: Provider, config: SpecConfig, field: str) -> list[str]:
    """The variables, or attributes of their objects, that `field` becomes on a cloud.

    Parameters
    ----------
    config : SpecConfig
        Has every component; each of a kind is tried.

    Returns
    -------
    list of str
        ``rds_config.engine`` for an attribute; empty when nothing changes, ``["refused"]`` when the rules
        say so.
    """
    found: set[str] = set()
    refused = False
    for base in (config, _in_an_existing_network(config)):
        before = provider.to_tfvars(base, OWNER)
        for other in _with_another(provider, base, field):
            try:
                after = provider.to_tfvars(other, OWNER)
            except (KeyError, ValueError):
                continue
            found |= _difference(before, after, _names(base) | _names(other))
            refused = refused or (not found and _is_refused(provider, other, field))
    return _in_short(found) or ([REFUSED] if refused else [])


def _in_an_existing_network(config: SpecConfig) -> SpecConfig:
    """Subnets are named in an existing network only."""
    network = config.network and config.network.model_copy(
        update={"provision_network": False, "network_id": "existing"}
    )
    return config.model_copy(update={"network": network})


def _is_refused(provider: Provider, config: SpecConfig, field: str) -> bool:
    path = tuple(field.split("."))
    judged = [
        tuple(part for part in problem.path if isinstance(part, str)) for problem in provider.validate(config)
    ]
    return any(names[: len(path)] == path for names in judged)


def _with_another(provider: Provider, config: SpecConfig, field: str) -> Iterator[SpecConfig]:
    """`config` with other values in `field` of each component, whether or not a rule would accept them."""
    section, *rest = field.split(".")
    present = getattr(config, section)
    if not rest:
        others = list(Stage) if section == "environment_stage" else _others(present, str)
        yield from (config.model_copy(update={section: value}) for value in others)
        return
    for index, one in enumerate(present if isinstance(present, list) else [present]):
        for value in _other_values(provider, field, one, rest):
            changed = one.model_copy(update={rest[0]: _changed(one, rest, value)})
            new = changed
            if isinstance(present, list):
                new = [*present[:index], changed, *present[index + 1 :]]
            yield config.model_copy(update={section: new})


def _other_values(provider: Provider, field: str, component: BaseModel, path: list[str]) -> Iterator[Any]:
    catalogue = provider.catalogue
    offered: dict[str, list[Any]] = {
        "cluster.instance_types": [[choice.value] for choice in catalogue.instance_types],
        "databases.engine": [engine.name for engine in catalogue.database_engines],
        "caches.node_type": [choice.value for choice in catalogue.cache_node_types],
    }
    value, annotation = _at(component, path), _annotation(type(component), path)
    yield from (other for other in offered.get(field, ()) if other != value)
    if field not in offered:
        yield from _others(value, annotation)


def _others(value: Any, annotation: Any) -> Iterator[Any]:
    """Values of the same type as `value`, or of the type that `annotation` names."""
    words = _literals(annotation)
    if words:
        yield from (word for word in words if word != value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value * 2, value + 1)
    elif isinstance(value, list):
        yield from ([*value, "10.99.0.0/16"], [*value, "x"])
    elif value is None and int in (annotation, *get_args(annotation)):
        yield 7777
    else:
        yield from (f"{value or ''}x", SOME_ZONE)


def _difference(before: Tfvars, after: Tfvars, names: set[str]) -> set[str]:
    was, now = _flat(before, names), _flat(after, names)
    return {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}


def _flat(tfvars: Tfvars, names: set[str]) -> dict[str, list[Any]]:
    """Variable or attribute → every value of it; components' `names` are no part of an attribute's name."""
    found: dict[str, list[Any]] = {}

    def walk(path: str, value: Any) -> None:
        if isinstance(value, Mapping):
            keys = sorted(key for key in value if key in names)
            if keys:
                found.setdefault(path, []).append(keys)
            for key, inner in value.items():
                walk(path if key in names else f"{path}.{key}", inner)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for item in value:
                walk(path, item)
        else:
            found.setdefault(path, []).append(value)

    for variable, value in tfvars.items():
        walk(variable, value)
    return found


def _in_short(found: set[str]) -> list[str]:
    """Without what is inside of something that changed as a whole."""
    attributes = Counter(name.split(".")[0] for name in found)
    whole = found | {variable for variable, count in attributes.items() if count > MOST_ATTRIBUTES}
    return sorted(name for name in whole if not any(name.startswith(f"{outer}.") for outer in whole))


# --- models ----------------------------------------------------------------------------------------------


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_inner_model, get_args(annotation))), None)


def _annotation(model: type[BaseModel], path: list[str]) -> Any:
    annotation = model.model_fields[path[0]].annotation
    inner = _inner_model(annotation)
    return _annotation(inner, path[1:]) if inner and path[1:] else annotation


def _literals(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(value for part in get_args(annotation) for value in _literals(part))
    return ()


def _at(component: BaseModel, path: list[str]) -> Any:
    value: Any = component
    for name in path:
        value = value[0] if isinstance(value, list) and value else value
        value = getattr(value, name, None)
    return value


def _changed(component: BaseModel, path: list[str], value: Any) -> Any:
    """What the field ``path[0]`` holds when the last field of `path` is `value`."""
    name, *rest = path
    if not rest:
        return value
    inner = _inner_model(type(component).model_fields[name].annotation)
    assert inner is not None
    present = getattr(component, name)
    first = present[0] if isinstance(present, list) and present else present
    made = (first or inner.model_construct(**_samples(inner))).model_copy(update={rest[0]: value})
    return [made] if isinstance(present, list) else made


def _samples(model: type[BaseModel]) -> dict[str, Any]:
    return {
        name: "x" if info.is_required() else info.get_default() for name, info in model.model_fields.items()
    }


def _names(config: SpecConfig) -> set[str]:
    return {one.name for section in COLLECTIONS.values() for one in getattr(config, section)}
