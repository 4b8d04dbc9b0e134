"""terraform's state file (version 4), as far as Alethia looks into it: never at a value, only at names.

A person's way back to an older version makes a *new* one. Only the file's serial may then differ, so
:func:`with_serial` replaces that number in the text: parsing and dumping again would round terraform's
numbers of any precision.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import Damaged
from .model import Model
from .progress import instances_in_state

SUPPORTED = 4
_decoder = json.JSONDecoder()
_BLANKS = " \t\r\n"


class StateFacts(Model):
    """The head of a state file."""

    serial: int
    lineage: str
    resources: int
    """Managed resource instances."""


class ChangedInstance(Model):
    """A resource instance that differs between two versions: where, not what."""

    address: str
    attributes: list[str]
    """Paths such as ``tags.team`` or ``ingress[0].from_port``."""


class StateDiff(Model):
    """What differs between two versions of a state. Values are left out: states hold secrets."""

    added: list[str] = []
    removed: list[str] = []
    changed: list[ChangedInstance] = []
    outputs: list[str] = []
    """Names of outputs that were added, removed or changed."""


def parse_state(clear: bytes) -> dict[str, Any]:
    """The file as JSON; :class:`~chalicelib.domain.errors.Damaged` when it is no state that we know."""
    try:
        state = json.loads(clear)
    except ValueError:
        state = None
    if not isinstance(state, dict) or not isinstance(state.get("serial"), int) or not state.get("lineage"):
        raise Damaged("The stored bytes are no terraform state.")
    if state.get("version") != SUPPORTED:
        raise Damaged(f"The terraform state has format {state.get('version')!r}; {SUPPORTED} is understood.")
    return state


def facts_of(clear: bytes) -> StateFacts:
    """Serial, lineage and size of a state file."""
    state = parse_state(clear)
    return StateFacts(
        serial=state["serial"],
        lineage=state["lineage"],
        resources=sum(1 for _ in instances_in_state(state)),
    )


def with_serial(clear: bytes, serial: int) -> bytes:
    """The same file under another serial; every other byte stays as terraform wrote it."""
    parse_state(clear)
    text = clear.decode()
    start, end = next((start, end) for name, start, end in _members(text) if name == "serial")
    return (text[:start] + str(serial) + text[end:]).encode()


def diff_states(before: Mapping[str, Any], after: Mapping[str, Any]) -> StateDiff:
    """What changed from one parsed state to another."""
    olds, news = dict(_instances(before)), dict(_instances(after))
    changed = []
    for address in sorted(olds.keys() & news.keys()):
        paths = sorted(set(_differences(olds[address], news[address], "")))
        if paths:
            changed.append(ChangedInstance(address=address, attributes=paths))
    old_outputs, new_outputs = before.get("outputs") or {}, after.get("outputs") or {}
    return StateDiff(
        added=sorted(news.keys() - olds.keys()),
        removed=sorted(olds.keys() - news.keys()),
        changed=changed,
        outputs=sorted(
            name
            for name in old_outputs.keys() | new_outputs.keys()
            if old_outputs.get(name) != new_outputs.get(name)
        ),
    )


def _instances(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for address, instance in instances_in_state(state):
        deposed = instance.get("deposed")
        label = f"{address} (deposed {deposed})" if deposed else address
        yield label, instance.get("attributes") or instance.get("attributes_flat") or {}


def _differences(before: Any, after: Any, path: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else key)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, f"{path}[{index}]")
    else:
        yield path


def _members(text: str) -> Iterator[tuple[str, int, int]]:
    """Each member of the outermost object: its name, and where its value begins and ends."""
    position = text.index("{") + 1
    while True:
        position = _after(text, position, ",")
        if text[position] == "}":
            return
        name, position = _decoder.raw_decode(text, position)
        start = _after(text, position, ":")
        _, position = _decoder.raw_decode(text, start)
        yield name, start, position


def _after(text: str, position: int, mark: str) -> int:
    """The next position that is neither blank nor `mark`."""
    while text[position] in _BLANKS + mark:
        position += 1
    return position
