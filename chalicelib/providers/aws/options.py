"""The options that only AWS has: what may stand in a component's ``provider_config``, and what it must be.

The mapping to terraform is total, so a key that is not listed here is refused by name rather than dropped.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.domain.components import COLLECTIONS, SINGLETONS
from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.spec import Components
from chalicelib.domain.words import ComponentKind

OPTIONS: Mapping[ComponentKind, Mapping[str, type]] = {
    ComponentKind.CLUSTER: {"enable_karpenter": bool},
    ComponentKind.DNS: {"cloudfront_waf_enabled": bool},
    ComponentKind.DATABASE: {},
    ComponentKind.NOSQL_TABLE: {
        "deletion_protection": bool,
        "read_capacity": int,
        "write_capacity": int,
        "ttl_attribute": str,
    },
}
"""Kind → option → type of its value."""

_WORDS = {bool: "true or false", int: "a whole number", str: "a text"}


def problems_of_options(components: Components) -> Iterator[FieldProblem]:
    """Each unknown option, and each value of the wrong type."""
    for kind, known in OPTIONS.items():
        for path, options in _provider_configs(components, kind):
            for key, value in options.items():
                if key not in known:
                    choices = ", ".join(sorted(known)) or "none"
                    message = f"{key!r} is no option of a {kind.value} on AWS; there are: {choices}"
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
