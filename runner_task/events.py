"""terraform's ``-json`` stream: progress events, log lines for people, diagnostics in full, and counts."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.domain.job import Diagnostic
from chalicelib.domain.messages import EventKind, ResourceEvent
from chalicelib.domain.plan import Action, PlanSummary
from chalicelib.domain.plan_json import GroupOf, summarise
from chalicelib.domain.words import Phase, Stream

from .journal import Journal, now
from .masking import Masker

_KINDS = {str(kind): kind for kind in EventKind}
_ACTIONS = {
    "create": Action.CREATE,
    "update": Action.UPDATE,
    "replace": Action.REPLACE,
    "delete": Action.DESTROY,
    "read": Action.READ,
    "forget": Action.FORGET,
}

_ALL_FIELDS = set(ResourceEvent.model_fields)
"""One set for all events: a large apply has many thousands, each kept until its end."""


class EventReader:
    """Reads one run of terraform, line by line, into a journal.

    Parameters
    ----------
    on_summary : Callable, optional
        Gets the counts and groups as soon as terraform's plan ended.
    """

    def __init__(
        self,
        journal: Journal,
        masker: Masker,
        phase: Phase,
        group_of: GroupOf,
        on_summary: Callable[[PlanSummary], None] | None = None,
    ) -> None:
        self._journal = journal
        self._masker = masker
        self._phase = phase
        self._group_of = group_of
        self._on_summary = on_summary
        self._planned: list[tuple[str, Action]] = []
        self._outputs_changed = 0
        self._plan_ended = False
        self.events: list[ResourceEvent] = []
        """Those that tell how far it came."""
        self.diagnostics: list[Diagnostic] = []

    @property
    def errors(self) -> list[Diagnostic]:
        return [item for item in self.diagnostics if item.severity == "error"]

    @property
    def summary(self) -> PlanSummary:
        """Counts and groups of what was planned so far."""
        return summarise(self._planned, self._group_of, outputs_changed=self._outputs_changed)

    def stderr(self, line: str) -> None:
        """terraform's second stream has plain text."""
        self._journal.log(self._phase, Stream.STDERR, line)

    def stdout(self, line: str) -> None:
        """Take one line; what is not JSON is shown as it is."""
        try:
            message = json.loads(line)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self._journal.log(self._phase, Stream.STDOUT, line)
            return
        kind = message.get("type")
        if kind == "diagnostic" and isinstance(message.get("diagnostic"), dict):
            self.diagnostic(message["diagnostic"])
            return
        self._journal.log(self._phase, Stream.STDOUT, str(message.get("@message", line)))
        if kind in _KINDS:
            self._resource(_KINDS[kind], message)
        elif kind == "change_summary" and (message.get("changes") or {}).get("operation") == "plan":
            self._plan_ended = True
            self._tell()
        elif kind == "outputs" and self._plan_ended:
            changes = [item.get("action") for item in (message.get("outputs") or {}).values()]
            changed = sum(action not in (None, "", "noop", "no-op") for action in changes)
            if changed != self._outputs_changed:
                self._outputs_changed = changed
                self._tell()

    def _tell(self) -> None:
        if self._on_summary is not None:
            self._on_summary(self.summary)

    def _resource(self, kind: EventKind, message: Mapping[str, Any]) -> None:
        hook = message.get("change" if kind is EventKind.PLANNED else "hook") or {}
        resource = hook.get("resource") or {}
        action = _ACTIONS.get(str(hook.get("action")), Action.NO_OP)
        if action in (Action.NO_OP, Action.READ) or not resource.get("addr"):
            return
        address, resource_type = sys.intern(resource["addr"]), sys.intern(resource.get("resource_type") or "")

        def make(number: int) -> ResourceEvent:
            return ResourceEvent.model_construct(
                _ALL_FIELDS,
                seq=number,
                at=str(message.get("@timestamp") or now()),
                kind=kind,
                address=address,
                resource_type=resource_type,
                action=action,
                id_value=hook.get("id_value"),
                elapsed_seconds=hook.get("elapsed_seconds"),
            )

        event = self._journal.event(make)
        if kind is EventKind.PLANNED:
            self._planned.append((event.resource_type, action))
        if kind is not EventKind.PROGRESS:
            self.events.append(event)

    def diagnostic(self, record: Mapping[str, Any]) -> None:
        """Keep one of terraform's diagnostics, and show it as terraform does."""
        place = record.get("range") or {}
        mask = self._masker.mask
        diagnostic = Diagnostic(
            severity=str(record.get("severity") or "error"),
            summary=mask(str(record.get("summary") or "")),
            detail=mask(str(record.get("detail") or "")),
            address=record.get("address"),
            file=place.get("filename"),
            line=(place.get("start") or {}).get("line"),
        )
        self.diagnostics.append(diagnostic)
        self._journal.log(self._phase, Stream.STDOUT, in_words(diagnostic, record.get("snippet") or {}))


def in_words(diagnostic: Diagnostic, snippet: Mapping[str, Any]) -> str:
    """A diagnostic as terraform shows it: heading, place, code, detail."""
    lines = [f"{diagnostic.severity.capitalize()}: {diagnostic.summary}"]
    if diagnostic.address:
        lines.append(f"  with {diagnostic.address}")
    if diagnostic.file:
        context = f", in {snippet['context']}" if snippet.get("context") else ""
        lines.append(f"  on {diagnostic.file} line {diagnostic.line}{context}:")
    if snippet.get("code"):
        lines += [f"    {line}" for line in str(snippet["code"]).splitlines()]
    for value in snippet.get("values") or []:
        lines.append(f"    {value.get('traversal')} {value.get('statement')}")
    if diagnostic.detail:
        lines += ["", diagnostic.detail]
    return "\n".join(lines)
