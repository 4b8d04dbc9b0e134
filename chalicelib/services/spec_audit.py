"""What the audit shows of a spec: the fields of its form that changed, or their names where they are long."""

from typing import Any

from ..domain.snapshot import canonical_json
from .ports.specs import Form

MAX_BYTES = 32 * 1024
"""Of the changed fields, before and after together: an entry stays small beside the change it tells of."""


def shown(before: Form | None, after: Form | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """`before` and `after` of an entry; forms name secrets and hold none."""
    names = sorted(
        name
        for name in {**(before or {}), **(after or {})}
        if (before or {}).get(name) != (after or {}).get(name)
    )
    shapes = [None if form is None else {name: form.get(name) for name in names} for form in (before, after)]
    if sum(len(canonical_json(shape).encode()) for shape in shapes if shape) > MAX_BYTES:
        shapes = [None if form is None else {"fields": names} for form in (before, after)]
    return shapes[0], shapes[1]
