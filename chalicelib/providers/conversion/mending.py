"""Until the target accepts the draft: what it refuses is put as near to the source as it allows.

The target's own rules judge, one field at a time: a number moves to the nearest that is accepted, a name to
one that is legal, everything else to what the target's stage fills in, or it is left out. What can't be
mended takes its component with it, and the report says so with the target's sentence.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.conversion import Outcome
from chalicelib.domain.errors import FieldProblem, InvalidInput

from .draft import GAP, Draft, Note
from .model_fields import default_in_model, may_be_empty, words_of
from .move import Move
from .names import legal_names
from .paths import Path, is_option, pattern_of
from .verdict import about, problems_with

WITHOUT: dict[str, Any] = {
    "container_registries[].image_tag_mutability": "MUTABLE",
    "databases[].iam_auth": False,
    "databases[].port": None,
    "nosql_tables[].point_in_time_recovery": False,
    "queues[].dead_letter": None,
    "queues[].delay_seconds": 0,
    "queues[].fifo": False,
}
"""Feature that a cloud may not have → the value that goes without it."""

_NEVER = object()
_COLLECTIONS = {(field,) for field in COLLECTIONS.values()}


class Remedy(NamedTuple):
    """Something to put in a field's place."""

    path: Path
    value: Any
    """:data:`GAP`: nothing."""
    outcome: Outcome


class Mending:
    """Makes one draft acceptable."""

    def __init__(self, draft: Draft, move: Move) -> None:
        self._draft = draft
        self._move = move
        self._held: dict[Path, list[Any]] = {}
        """What a field held before, so that nothing is tried twice."""

    def mend(self) -> None:
        """Change the draft until the target has nothing against it.

        Raises
        ------
        InvalidInput
            What is wrong is the request's: a region or name that the target does not take.
        """
        while problems := self._problems(self._draft):
            named = [problem for problem in problems if problem.path[-1:] == ("name",)]
            # A new name changes what others refer to, so names come first, and then the rest is judged anew.
            seen: set[Path] = set()
            for problem in named or problems:
                component = problem.path[:2] if problem.path[:1] in _COLLECTIONS else problem.path[:1]
                if component not in seen:
                    seen.add(component)
                    self._mend(problem)

    def _mend(self, problem: FieldProblem) -> None:
        path = problem.path
        while len(path) > (path[:1] in _COLLECTIONS):
            remedy = next(self._helping(path), None)
            if remedy is not None:
                self._apply(remedy, f"{self._move.target.label}: {problem.message}.")
                return
            path = path[:-1]
        raise InvalidInput([problem])

    def _apply(self, remedy: Remedy, why: str) -> None:
        path, value, outcome = remedy
        was = self._draft.get(path)
        self._held.setdefault(path, []).append(was)
        if WITHOUT.get(pattern_of(path), _NEVER) == (None if value is GAP else value):
            outcome = Outcome.LOST
        if value is GAP:
            self._draft.leave_out(path, Note(outcome, why))
        else:
            self._draft.put(path, value, Note(outcome, why))
        if path[:1] == ("queues",) and path[2:] == ("name",):
            self._follow(was, value)

    def _follow(self, was: str, becomes: str) -> None:
        """Let topics deliver to a queue under its new name."""
        for index, topic in enumerate(self._draft.source["topics"]):
            for number, _ in enumerate(topic["subscriptions"]):
                path: Path = ("topics", index, "subscriptions", number)
                if self._draft.get((*path, "endpoint")) == was:
                    why = f"It follows the queue, which is called {becomes} there."
                    self._draft.put((*path, "endpoint"), becomes, Note(Outcome.CONVERTED, why))

    def _helping(self, path: Path) -> Iterator[Remedy]:
        """The remedies that end the problem of the field, the nearest first."""
        for remedy in self._remedies(path):
            if remedy.value not in self._held.get(remedy.path, []) and self._helps(path, remedy):
                yield remedy

    def _remedies(self, path: Path) -> Iterator[Remedy]:
        value = self._draft.get(path)
        if path[-1] == "name" or path == ("project_name",):
            for name in self._free_names(path, value):
                yield Remedy(path, name, Outcome.CONVERTED)
        elif is_option(path) or isinstance(value, dict) or isinstance(path[-1], int):
            yield Remedy(path, GAP, Outcome.DECISION)
        elif isinstance(value, list):
            kept = [index for index, item in enumerate(value) if item is not GAP]
            for index in reversed(kept):
                yield Remedy((*path, index), GAP, Outcome.DECISION)
        elif len(path) > 1:
            yield from self._values(path, value)

    def _values(self, path: Path, value: Any) -> Iterator[Remedy]:
        defaults = [self._move.default(path), default_in_model(path)]
        if isinstance(value, int) and not isinstance(value, bool):
            for good in (*defaults, 0, 1):
                if isinstance(good, int) and self._helps(path, Remedy(path, good, Outcome.CONVERTED)):
                    yield Remedy(path, self._nearest(path, value, good), Outcome.CONVERTED)
                    break
        for other in (*defaults, *words_of(path), *([not value] if isinstance(value, bool) else [])):
            if other is not None and other != value:
                yield Remedy(path, other, Outcome.DECISION)
        if may_be_empty(path):
            yield Remedy(path, GAP, Outcome.DECISION)

    def _nearest(self, path: Path, bad: int, good: int) -> int:
        """The accepted number that is nearest to `bad`, between it and a `good` one."""
        while abs(bad - good) > 1:
            middle = (bad + good) // 2
            if self._helps(path, Remedy(path, middle, Outcome.CONVERTED)):
                good = middle
            else:
                bad = middle
        return good

    def _free_names(self, path: Path, name: str) -> Iterator[str]:
        field = str(path[0])
        taken = {item["name"] for item in self._draft.form()[field]} if len(path) > 1 else set()
        for other in legal_names(name, field.removesuffix("s")):
            if other != name and other not in taken:
                yield other

    def _helps(self, path: Path, remedy: Remedy) -> bool:
        """Whether nothing is wrong any more with the field at `path`, or less is."""
        trial = Draft(self._draft.fields) if path == ("project_name",) else self._draft.part(path)
        before = about(path, self._problems(trial))
        if remedy.value is GAP:
            trial.leave_out(remedy.path, Note(remedy.outcome, ""))
        else:
            trial.put(remedy.path, remedy.value, Note(remedy.outcome, ""))
        after = about(path, self._problems(trial))
        is_list = remedy.path != path
        return not after or (is_list and after != before)

    def _problems(self, draft: Draft) -> list[FieldProblem]:
        form = draft.form()
        return [draft.in_source(problem) for problem in problems_with(form, self._move.target)]
