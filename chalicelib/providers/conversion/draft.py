"""The draft of a conversion while it is worked on.

It has the shape and the indices of the source from beginning to end: what is left out leaves a gap, so that
every path means the same field in the source, in the draft and in the report. :meth:`Draft.form` closes the
gaps.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.conversion import FieldReport, Outcome
from chalicelib.domain.errors import FieldProblem

from .paths import Path, filled_in


class Note(NamedTuple):
    """What was done to a field, and why."""

    outcome: Outcome
    why: str


class _Gap:
    """Stands where something was left out."""

    def __deepcopy__(self, memo: Any) -> "_Gap":
        return self


GAP = _Gap()


@dataclass
class Draft:
    """A form that is becoming one of another cloud, and what was done to its fields."""

    source: Mapping[str, Any]
    """The source's form, whole: every field is there, in JSON's types."""
    fields: dict[str, Any] = field(init=False)
    notes: dict[Path, Note] = field(init=False, default_factory=dict)
    remarks: dict[Path, str] = field(init=False, default_factory=dict)
    """What is to be said of a field if it stays as it was."""

    def __post_init__(self) -> None:
        self.fields = deepcopy(dict(self.source))

    def get(self, path: Path) -> Any:
        """What the draft holds; ``None`` where it holds nothing."""
        value: Any = self.fields
        for part in path:
            if isinstance(part, str):
                value = value.get(part) if isinstance(value, Mapping) else None
            else:
                value = value[part] if isinstance(value, list) and part < len(value) else None
        return None if value is GAP else value

    def put(self, path: Path, value: Any, note: Note) -> None:
        """Write `value` there."""
        self._parent(path)[path[-1]] = value
        self.notes[path] = note

    def leave_out(self, path: Path, note: Note) -> None:
        """Take away the field, option, element or section at `path`, unless it went with what it is in."""
        if len(path) > 1 and self.get(path[:-1]) is None:
            return
        parent = self._parent(path)
        if isinstance(parent, list):
            parent[int(path[-1])] = GAP
        else:
            parent.pop(path[-1], None)
        self.notes[path] = note

    def form(self) -> dict[str, Any]:
        """The draft without gaps."""
        closed: dict[str, Any] = _closed(self.fields)
        return closed

    def part(self, path: Path) -> "Draft":
        """A copy with the component at `path` and what is judged with it, for trials.

        One of many is judged with the spec's own words and, if it is a topic, the queues that it may deliver
        to: a name that is taken is not seen, and neither is anything else that would take time to judge.
        """
        collections = set(COLLECTIONS.values())
        if path[0] not in collections:
            return Draft({name: value for name, value in self.fields.items() if name not in collections})
        field, index = str(path[0]), int(path[1])
        kept = {name: value for name, value in self.fields.items() if not isinstance(value, dict | list)}
        if field == "topics":
            kept["queues"] = self.fields["queues"]
        kept[field] = [*[GAP] * index, self.fields[field][index]]
        return Draft(kept)

    def in_source(self, problem: FieldProblem) -> FieldProblem:
        """A problem of :meth:`form`, with the indices of the source."""
        path: Path = ()
        for part in problem.path:
            value = self.get(path)
            if isinstance(part, int) and isinstance(value, list):
                kept = [index for index, item in enumerate(value) if item is not GAP]
                part = kept[part] if part < len(kept) else part
            path = (*path, part)
        return FieldProblem(path, problem.message)

    def report(self) -> tuple[FieldReport, ...]:
        """A line for each field that was filled in, and for each that was spoken of; the scalars first."""
        was = dict(filled_in(self.source))
        sections = {path[:length] for path in was for length in range(len(path))}
        spoken = {path: None for path in self.notes if path not in was and path not in sections}
        scalars = [name for name, value in self.source.items() if not isinstance(value, dict | list)]
        place = {name: index for index, name in enumerate(dict.fromkeys([*scalars, *self.source]))}
        everything = sorted({**was, **spoken}, key=lambda path: place[str(path[0])])
        return tuple(self._line(path, was.get(path)) for path in everything)

    def _line(self, path: Path, was: Any) -> FieldReport:
        becomes = self.get(path)
        note = self._note(path)
        if note is None or (becomes == was and note.outcome is not Outcome.DECISION):
            note = Note(Outcome.CARRIED, self.remarks.get(path, ""))
        return FieldReport(
            field=FieldProblem(path, "").field,
            component=self._name(path),
            outcome=note.outcome,
            was=was,
            becomes=becomes,
            why=note.why,
        )

    def _name(self, path: Path) -> str | None:
        """What the component at `path` is called in the source: a stored form has its own order."""
        if path[0] not in COLLECTIONS.values() or len(path) == 1:
            return None
        name: str = self.source[str(path[0])][path[1]]["name"]
        return name

    def _note(self, path: Path) -> Note | None:
        """The field's own note, or that of the section or element which was left out with it."""
        for length in range(1, len(path)):
            if path[:length] in self.notes and self.get(path[:length]) is None:
                return self.notes[path[:length]]
        return self.notes.get(path)

    def _parent(self, path: Path) -> Any:
        value: Any = self.fields
        for part in path[:-1]:
            value = value[part]
        return value


def _closed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _closed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_closed(inner) for inner in value if inner is not GAP]
    return value
