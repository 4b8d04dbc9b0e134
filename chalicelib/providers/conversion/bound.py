"""What belongs to one cloud: ids and principals of accounts, options, and the receivers of topics."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.components import COLLECTIONS, SINGLETONS

from ..equivalents.engines import READERS, SUBSCRIPTION_PROTOCOLS
from ..equivalents.sizes import MACHINE_OPTIONS
from .draft import Draft
from .move import Move, converted, lost, undecided
from .paths import Path, filled_in, is_option, pattern_of

IDS = {
    "network.network_id": "a network's id means nothing on another cloud; name one that is there",
    "network.private_subnet_ids[]": "a subnet's id means nothing on another cloud; name those that are there",
    "network.public_subnet_ids[]": "a subnet's id means nothing on another cloud; name those that are there",
    "cluster.cluster_admins[]": "people and roles have other names there; name who administers the cluster",
    "dns.zone_id": "a zone's id means nothing on another cloud; name one that is there, or a new one is made",
}
"""Field whose value names something in the source's account → what to do about it."""

AN_ID = "arn:"
"""How a receiver begins that is in an account, and no part of the spec."""

_KINDS = {field: kind for kind, field in {**SINGLETONS, **COLLECTIONS}.items()}


def leave_behind(draft: Draft, move: Move) -> None:
    """Leave out whatever names a thing in an account of the source's cloud."""
    for path, _ in list(filled_in(draft.source)):
        why = IDS.get(pattern_of(path))
        if why is not None:
            draft.leave_out(path, undecided(f"{why[0].upper()}{why[1:]}."))
    if draft.get(("network",)) is not None and draft.get(("network", "provision_network")) is False:
        why = "The existing network is on the other cloud: the draft makes a new one, unless you name one."
        draft.put(("network", "provision_network"), True, undecided(why))


def convert_options(draft: Draft, move: Move) -> None:
    """Keep the options that the target has too."""
    machine = MACHINE_OPTIONS.get(move.source.name)
    for path, value in list(filled_in(draft.source)):
        if is_option(path):
            known = move.target.options.get(_KINDS[str(path[0])], {})
            if known.get(str(path[-1])) is not type(value):
                instead = "; max_capacity stands for it" if path[-1] == machine else ""
                draft.leave_out(path, lost(f"{path[-1]} is an option of {move.source.label} only{instead}."))


def convert_subscriptions(draft: Draft, move: Move) -> None:
    """Give each receiver of a topic the protocol that does the same; those without one are left out."""
    for index, topic in enumerate(draft.source["topics"]):
        for number, subscription in enumerate(topic["subscriptions"]):
            _subscription(draft, move, ("topics", index, "subscriptions", number), subscription)


def _subscription(draft: Draft, move: Move, path: Path, subscription: Mapping[str, Any]) -> None:
    protocol, becomes = subscription["protocol"], _protocol(draft, move, subscription)
    if becomes is not None and subscription["endpoint"].startswith(AN_ID):
        why = f"This receiver is in an account of {move.source.label}; name one that {move.target.label} has."
        draft.leave_out(path, undecided(why))
    elif becomes is not None:
        why = f"{becomes} is how {move.target.label} does what {protocol} does on {move.source.label}."
        if becomes == READERS.get(move.target.name) and _is_a_queue(draft, subscription["endpoint"]):
            why = (
                f"A topic of {move.target.label} fills no queue: what it sends waits in a subscription of "
                "that name, which the queue's readers have to read as well."
            )
        draft.put((*path, "protocol"), becomes, converted(why))
    else:
        offered = ", ".join(move.target.catalogue.subscription_protocols)
        why = f"{move.target.label} has no {protocol} as {move.source.label} has; it delivers by {offered}."
        draft.leave_out(path, lost(why))


def _protocol(draft: Draft, move: Move, subscription: Mapping[str, Any]) -> str | None:
    protocol: str = subscription["protocol"]
    for_a_reader = protocol == READERS.get(move.source.name)
    if for_a_reader and not _is_a_queue(draft, subscription["endpoint"]):
        return READERS.get(move.target.name)
    return move.counterpart(SUBSCRIPTION_PROTOCOLS, protocol)


def _is_a_queue(draft: Draft, name: str) -> bool:
    return any(queue["name"] == name for queue in draft.source["queues"])
