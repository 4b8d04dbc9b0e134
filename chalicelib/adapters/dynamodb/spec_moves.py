"""What a lifecycle event does to a spec's row: the attributes it sets, and the condition on which it may."""

from collections.abc import Callable, Mapping

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from ...domain.lifecycle.spec import SPEC, SpecEvent, SpecStatus
from .tables import SpecRow

SpecMove = tuple[list[Action], Condition]


def spec_move(event: SpecEvent) -> SpecMove:
    """Actions and condition of `event`."""
    return _SPEC_MOVES.get(event, _settle)(event)


def _legal(event: SpecEvent) -> Condition:
    return SpecRow.status.is_in(*map(str, SPEC.sources(event)))


def _begin(event: SpecEvent) -> SpecMove:
    """Work begins: what the spec is settled in is kept, to go back to."""
    begun: list[Action] = [
        SpecRow.settled_status.set(SpecRow.status),
        SpecRow.status.set(str(SPEC.target(event))),
    ]
    return begun, _legal(event)


def _go_on(event: SpecEvent) -> SpecMove:
    return [SpecRow.status.set(str(SPEC.target(event)))], _legal(event)


def _settle(event: SpecEvent) -> SpecMove:
    target = str(SPEC.target(event))
    return [SpecRow.status.set(target), SpecRow.settled_status.set(target)], _legal(event)


def _withdraw(_: SpecEvent) -> SpecMove:
    """As :func:`chalicelib.domain.lifecycle.spec.after`: back to the status that it was settled in."""
    withdrawable = (SpecStatus.QUEUED, SpecStatus.DESTROYING)
    return [SpecRow.status.set(SpecRow.settled_status)], SpecRow.status.is_in(*map(str, withdrawable))


_SPEC_MOVES: Mapping[SpecEvent, Callable[[SpecEvent], SpecMove]] = {
    SpecEvent.QUEUE_DEPLOY: _begin,
    SpecEvent.QUEUE_DESTROY: _begin,
    SpecEvent.START_DEPLOY: _go_on,
    SpecEvent.WITHDRAW: _withdraw,
}
"""Events with a rule of their own; every other one settles the spec."""
