"""Until the target accepts the draft: what it refuses is put as near to the source as it allows.

The target's own rules judge, one field at a time: a number moves to the nearest that is accepted, a name to
one that is legal, everything else to what the target's stage fills in, or it is left out. Where that is no
help, its component loses a feature, and at last goes with it. The report says so in the target's sentence.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.conversion import Outcome
from chalicelib.domain.errors import FieldProblem, InvalidInput

from ..equivalents.sizes import CAPACITY_STEPS
from .draft import GAP, Draft, Note
from .model_fields import default_in_model, may_be_empty, words_of
from .move import Move
from .names import legal_names, plain_key
from .paths import Path, is_option, pattern_of
from .verdict import about, problems_with

WITHOUT: dict[str, Any] = {
    "caches[].allowed_cidr_blocks[]": None,
    "container_registries[].image_tag_mutability": "MUTABLE",
    "container_registries[].scan_on_push": False,
    "databases[].iam_auth": False,
    "databases[].port": None,
    "nosql_tables[].billing_mode": "PAY_PER_REQUEST",
    "nosql_tables[].point_in_time_recovery": False,
    "queues[].dead_letter": None,
    "queues[].delay_seconds": 0,
    "queues[].fifo": False,
}
"""Feature that a cloud may not have → the value that goes without it."""

KEYS = ("hash_key", "range_key")
"""Names of a table's own, by which programs find its rows."""

RISKY = frozenset({"caches[].num_cache_nodes"})
"""Numbers that a person looks at when they change, as something may be less safe with them."""

FOLLOWERS: dict[str, dict[str, Callable[[Any, Any], Any]]] = {
    "cluster.node_min_size": {"node_desired_size": max, "node_max_size": max},
    "cluster.node_desired_size": {"node_min_size": min, "node_max_size": max},
    "cluster.node_max_size": {"node_min_size": min, "node_desired_size": min},
    "databases[].min_capacity": {"max_capacity": max},
    "databases[].max_capacity": {"min_capacity": min},
    "caches[].num_cache_nodes": {"multi_az": lambda nodes, spread: spread and nodes > 1},
    "caches[].multi_az": {"num_cache_nodes": lambda spread, nodes: max(nodes, 2) if spread else nodes},
}
"""Number → what it takes along, of its value and what the other holds: the form wants them in order."""

MOST_ROUNDS = 1000
"""Far more than any spec takes: a rule that contradicts another must not keep anybody waiting."""

_NEVER = object()
Others = frozenset[Path]
"""Where the rest is wrong: other problems of the same field, which are mended in their turn."""
_COLLECTIONS = {(field,) for field in COLLECTIONS.values()}


class Remedy(NamedTuple):
    """What to put where; :data:`GAP` puts nothing there."""

    changes: Mapping[Path, Any]
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
        for _ in range(MOST_ROUNDS):
            problems = self._problems(self._draft)
            if not problems:
                return
            self._mend_one_of_each(problems)
        raise InvalidInput(problems)

    def _mend_one_of_each(self, problems: Sequence[FieldProblem]) -> None:
        """One problem of each component: what mends it may mend, or change, the component's others."""
        # A new name changes what others refer to, so names come first, and then the rest is judged anew.
        named = [problem for problem in problems if problem.path[-1:] == ("name",)]
        seen: set[Path] = set()
        for problem in named or problems:
            component = problem.path[:2] if problem.path[:1] in _COLLECTIONS else problem.path[:1]
            if component not in seen:
                seen.add(component)
                self._mend(problem)

    def _mend(self, problem: FieldProblem) -> None:
        path = problem.path
        while len(path) > (path[:1] in _COLLECTIONS):
            others = self._wrong(path, self._draft.part(path)) - {problem.path}
            remedy = next(self._helping(path, others), None)
            if remedy is not None:
                self._apply(remedy, f"{self._move.target.label}: {problem.message}.")
                return
            path = path[:-1]
        raise InvalidInput([problem])

    def _apply(self, remedy: Remedy, why: str) -> None:
        for path, value in remedy.changes.items():
            was = self._draft.get(path)
            self._held.setdefault(path, []).append(was)
            plain = None if value is GAP else value
            without = WITHOUT.get(pattern_of(path), _NEVER) == plain
            _write(self._draft, path, value, Note(Outcome.LOST if without else remedy.outcome, why))
            if path[:1] == ("queues",) and path[2:] == ("name",):
                self._follow(was, value)

    def _follow(self, was: str, becomes: str) -> None:
        """Let topics deliver to a queue under its new name."""
        for index, topic in enumerate(self._draft.source["topics"]):
            for number, _ in enumerate(topic["subscriptions"]):
                path: Path = ("topics", index, "subscriptions", number, "endpoint")
                if self._draft.get(path) == was:
                    why = f"It follows the queue, which is called {becomes} there."
                    self._draft.put(path, becomes, Note(Outcome.CONVERTED, why))

    def _helping(self, path: Path, others: Others) -> Iterator[Remedy]:
        """The remedies that end the problem of the field, the nearest first."""
        for remedy in self._remedies(path, others):
            held = self._held.get(path, [])
            if remedy.changes.get(path, _NEVER) not in held and self._helps(path, remedy, others):
                yield remedy

    def _remedies(self, path: Path, others: Others) -> Iterator[Remedy]:
        value = self._draft.get(path)
        if path[-1] == "name" or path == ("project_name",):
            for name in self._free_names(path, value):
                yield Remedy({path: name}, Outcome.CONVERTED)
        elif is_option(path):
            if isinstance(value, int) and value > 0:
                yield Remedy({path: 1 << (value - 1).bit_length()}, Outcome.CONVERTED)
            yield Remedy({path: GAP}, Outcome.DECISION)
        elif isinstance(value, dict) or isinstance(path[-1], int):
            # A component without one of its features is nearer than none; the first field may be all of it.
            features = value if isinstance(value, dict) else {}
            for feature in reversed([name for name, on in features.items() if on is True]):
                yield Remedy({(*path, feature): False}, Outcome.DECISION)
            yield Remedy({path: GAP}, Outcome.DECISION)
            for usual in self._move.default(path[:-1]) or ():
                yield Remedy({path: usual}, Outcome.DECISION)
        elif isinstance(value, list):
            kept = [index for index, item in enumerate(value) if item is not GAP]
            for count in range(1, len(kept) + 1):
                yield Remedy({(*path, index): GAP for index in kept[-count:]}, Outcome.DECISION)
        elif len(path) > 1:
            yield from self._values(path, value, others)

    def _values(self, path: Path, value: Any, others: Others) -> Iterator[Remedy]:
        defaults = [self._move.default(path), default_in_model(path)]
        if isinstance(value, float):
            for step in sorted(CAPACITY_STEPS, key=lambda step: (step < value, abs(step - value))):
                yield self._with(path, float(step), Outcome.CONVERTED)
        elif isinstance(value, int) and not isinstance(value, bool):
            for good in (*defaults, 0, 1, 2):
                if isinstance(good, int) and self._helps(path, self._with(path, good), others):
                    outcome = Outcome.DECISION if pattern_of(path) in RISKY else Outcome.CONVERTED
                    yield self._with(path, self._nearest(path, value, good, others), outcome)
                    break
        opposite = [not value] if isinstance(value, bool) else []
        keys = [plain_key(value)] if path[-1] in KEYS and value else []
        for other in (*keys, *defaults, *words_of(path), *opposite):
            if other is not None and other != value:
                yield self._with(path, other)
        if may_be_empty(path):
            yield Remedy({path: GAP}, Outcome.DECISION)

    def _nearest(self, path: Path, bad: int, good: int, others: Others) -> int:
        """The accepted number that is nearest to `bad`, between it and a `good` one."""
        while abs(bad - good) > 1:
            middle = (bad + good) // 2
            if self._helps(path, self._with(path, middle), others):
                good = middle
            else:
                bad = middle
        return good

    def _with(self, path: Path, value: Any, outcome: Outcome = Outcome.DECISION) -> Remedy:
        """The value, and what must go with it for the form to be one."""
        component = path[:-1]
        changes = {path: value}
        for other, adapt in FOLLOWERS.get(pattern_of(path), {}).items():
            held = self._draft.get((*component, other))
            adapted = adapt(value, held)
            if adapted != held:
                changes[(*component, other)] = adapted
        return Remedy(changes, outcome)

    def _free_names(self, path: Path, name: str) -> Iterator[str]:
        field = str(path[0])
        is_project = len(path) == 1
        others = [] if is_project else self._draft.fields[field]
        taken = {item["name"] for item in others if item is not GAP}
        for other in legal_names(name, "project" if is_project else field.removesuffix("s")):
            if other != name and other not in taken:
                yield other

    def _helps(self, path: Path, remedy: Remedy, others: Others) -> bool:
        """Whether the problem is gone, and nothing but what was wrong before is wrong with the field."""
        trial = Draft(self._draft.fields) if path == ("project_name",) else self._draft.part(path)
        for changed, value in remedy.changes.items():
            _write(trial, changed, value, Note(remedy.outcome, ""))
        return self._wrong(path, trial) <= others

    def _wrong(self, path: Path, draft: Draft) -> Others:
        """Where something is wrong with the field at `path`, what is in it, or what it is part of."""
        return frozenset(problem.path for problem in about(path, self._problems(draft)))

    def _problems(self, draft: Draft) -> list[FieldProblem]:
        form = draft.form()
        return [draft.in_source(problem) for problem in problems_with(form, self._move.target)]


def _write(draft: Draft, path: Path, value: Any, note: Note) -> None:
    if value is GAP:
        draft.leave_out(path, note)
    else:
        draft.put(path, value, note)
