"""How far an apply or destroy came, told from terraform's events and the last committed state alone.

After a hard kill the state may lack what was created since its last flush; the events are then the only
witness. :func:`progress_of` compares the two and names each resource that exists without being in the state.
"""

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from .job import ApplyProgress, Orphan
from .messages import EventKind, ResourceEvent
from .plan import Action

UNTOUCHED = frozenset({Action.NO_OP, Action.READ})
"""Planned actions that change nothing in the cloud."""

Identity = tuple[str, str | None]
"""A resource instance's address, and the cloud's id of it."""


def progress_of(events: Iterable[ResourceEvent], *, state_ids: Collection[Identity] | None) -> ApplyProgress:
    """Sum up the events of one attempt.

    Parameters
    ----------
    events : Iterable[ResourceEvent]
        In the order of their numbers. A repeat of an event changes nothing.
    state_ids : Collection[Identity] or None
        What the last committed state holds (:func:`addresses_in_state`); empty when there never was a state,
        ``None`` when it could not be read: then nothing is called an orphan.

    Returns
    -------
    ApplyProgress
        ``done`` counts planned changes that are complete. A replacement is complete when the new resource
        is created and the old one destroyed.
    """
    tally = _Tally()
    for event in events:
        tally.add(event)
    return ApplyProgress(
        planned=len(tally.planned) or len(tally.begun),
        done=sum(tally.is_done(address) for address in tally.planned or tally.begun),
        in_flight=sorted({address for address, _ in tally.running}),
        failed=sorted(tally.failed),
        orphans=[] if state_ids is None else list(_orphans(tally.created, state_ids)),
    )


class _Tally:
    """What the events say about each address."""

    def __init__(self) -> None:
        self.planned: dict[str, Action] = {}
        self.begun: dict[str, None] = {}
        self.running: dict[tuple[str, Action], str | None] = {}
        self.complete: set[tuple[str, Action]] = set()
        self.failed: set[str] = set()
        self.created: dict[Identity, ResourceEvent] = {}

    def add(self, event: ResourceEvent) -> None:
        step = (event.address, event.action)
        if event.action in UNTOUCHED:
            return
        if event.kind is EventKind.PLANNED:
            self.planned[event.address] = event.action
            return
        self.begun[event.address] = None
        if event.kind in (EventKind.START, EventKind.PROGRESS):
            if step not in self.complete:
                self.running[step] = event.id_value or self.running.get(step)
            return
        begun_id = self.running.pop(step, None)
        if event.kind is EventKind.ERRORED:
            self.failed.add(event.address)
            return
        self.complete.add(step)
        if event.action is Action.CREATE:
            self.created[event.address, event.id_value] = event
        elif event.action is Action.DESTROY:
            # terraform names the id of what it destroys when it begins, not when it is done.
            self.created.pop((event.address, event.id_value or begun_id), None)

    def is_done(self, address: str) -> bool:
        match self.planned.get(address):
            case Action.REPLACE:
                wanted = {(address, Action.CREATE), (address, Action.DESTROY)}
                return address not in self.failed and wanted <= self.complete
            case None:
                return address not in self.failed and not any(
                    address == running for running, _ in self.running
                )
            case action:
                return (address, action) in self.complete


def _orphans(created: Mapping[Identity, ResourceEvent], state_ids: Collection[Identity]) -> Iterator[Orphan]:
    known = set(state_ids)
    for (address, id_value), event in created.items():
        if (address, id_value) not in known:
            yield Orphan(
                address=address,
                resource_type=event.resource_type,
                resource_id=id_value,
                import_command=import_command(address, id_value) if id_value else None,
            )


def import_command(address: str, id_value: str) -> str:
    """The command that takes an existing resource into the state; quoted for a shell."""
    quoted = shlex.quote(address)
    if quoted == address:
        quoted = f"'{address}'"
    return f"terraform import {quoted} {shlex.quote(id_value)}"


def addresses_in_state(state: Mapping[str, Any]) -> list[Identity]:
    """Every managed resource instance of a terraform state (its raw version-4 JSON), with its id.

    The id is what terraform's own events call ``id_value``: the attribute ``id``, else ``name``.
    """
    return [
        (address, _id_of(instance.get("attributes") or {})) for address, instance in instances_in_state(state)
    ]


def instances_in_state(state: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every managed resource instance of a terraform state, as terraform wrote it, under its address."""
    for resource in state.get("resources") or []:
        if resource.get("mode") != "managed":
            continue
        base = f"{resource['type']}.{resource['name']}"
        if resource.get("module"):
            base = f"{resource['module']}.{base}"
        for instance in resource.get("instances") or []:
            yield base + _index(instance.get("index_key")), instance


def _index(key: str | int | None) -> str:
    match key:
        case None:
            return ""
        case str():
            return f"[{_hcl_quoted(key)}]"
        case _:
            return f"[{key}]"


def _hcl_quoted(text: str) -> str:
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    body = "".join(escapes.get(symbol, symbol) for symbol in text)
    return '"' + body.replace("${", "$${").replace("%{", "%%{") + '"'


def _id_of(attributes: Mapping[str, Any]) -> str | None:
    for name in ("id", "name"):
        if isinstance(attributes.get(name), str):
            return str(attributes[name])
    return None
