"""The options that only one cloud has: what may stand in a component's ``provider_config``.

The mapping to terraform is total, so a key that a cloud does not list is refused by name rather than dropped.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.domain.components import COLLECTIONS, SINGLETONS
from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.spec import Components
from chalicelib.domain.words import ComponentKind

Options = Mapping[ComponentKind, Mapping[str, type]]
"""Kind → option → type of its value."""

WITH_OPTIONS = (ComponentKind.CLUSTER, ComponentKind.DNS, ComponentKind.DATABASE, ComponentKind.NOSQL_TABLE)
"""Kinds that have a ``provider_config``."""

_WORDS = {bool: "true or false", int: "a whole number", str: "a text", list: "a list"}


def problems_of_options(components: Components, options: Options, label: str) -> Iterator[FieldProblem]:
    """Each unknown option, and each value of the wrong type; `label` is what people call the cloud."""
    for kind in WITH_OPTIONS:
        known = options.get(kind, {})
        for path, given in _provider_configs(components, kind):
            for key, value in given.items():
                if key not in known:
                    choices = (
                        f"there are: {', '.join(sorted(known))}" if known else "it has none, leave it out"
                    )
                    message = f"{key!r} is no option of a {kind.value} on {label}; {choices}"
                    yield FieldProblem((*path, key), message)
                elif type(value) is not known[key]:
                    yield FieldProblem((*path, key), f"{key} must be {_WORDS[known[key]]}")


def _provider_configs(
    components: Components, kind: ComponentKind
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if kind in SINGLETONS:
        single = getattr(components, SINGLETONS[kind])
        if single is not None:
            yield (SINGLETONS[kind], "provider_config"), single.provider_config
    else:
        for index, component in enumerate(getattr(components, COLLECTIONS[kind])):
            yield (COLLECTIONS[kind], index, "provider_config"), component.provider_config
