"""Walking a form: where its fields are, and which of them hold something."""

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""From the top of the form to a field: ``("databases", 0, "engine")``."""

OPTIONS_FIELD = "provider_config"


def pattern_of(path: Path) -> str:
    """The field that all components of a kind have: ``databases[].engine``."""
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def is_option(path: Path) -> bool:
    """Whether it is an option that only one cloud may have."""
    return len(path) > 1 and path[-2] == OPTIONS_FIELD


def filled_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every field that holds something, in the order of the form.

    Each element of a list is a field of its own, and each option is one, whatever its value. ``False`` and 0
    say something; ``None`` and what is empty don't.
    """
    if is_option(path):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from filled_in(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from filled_in(inner, (*path, index))
    elif value is not None:
        yield path, value
