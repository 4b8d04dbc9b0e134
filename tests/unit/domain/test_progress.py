"""How far an apply came: told from its events, and held against the last committed state."""

from itertools import count
from typing import Any

from chalicelib.domain.messages import EventKind, ResourceEvent
from chalicelib.domain.plan import Action
from chalicelib.domain.progress import addresses_in_state, import_command, progress_of

_numbers = count(1)


def an_event(kind: EventKind, address: str, action: Action = Action.CREATE, **fields: Any) -> ResourceEvent:
    return ResourceEvent(
        seq=next(_numbers),
        at="2026-01-01T00:00:00Z",
        kind=kind,
        address=address,
        resource_type=address.split(".")[-2],
        action=action,
        **fields,
    )


def planned(address: str, action: Action = Action.CREATE) -> ResourceEvent:
    return an_event(EventKind.PLANNED, address, action)


def started(address: str, action: Action = Action.CREATE, **fields: Any) -> ResourceEvent:
    return an_event(EventKind.START, address, action, **fields)


def completed(address: str, action: Action = Action.CREATE, **fields: Any) -> ResourceEvent:
    return an_event(EventKind.COMPLETE, address, action, **fields)


def errored(address: str, action: Action = Action.CREATE) -> ResourceEvent:
    return an_event(EventKind.ERRORED, address, action)


def created(address: str, id_value: str) -> list[ResourceEvent]:
    return [started(address), completed(address, id_value=id_value)]


def test_nothing_happened() -> None:
    progress = progress_of([], state_ids=())
    assert (progress.planned, progress.done, progress.in_flight, progress.failed) == (0, 0, [], [])


def test_planned_changes_are_counted_without_no_ops_and_reads() -> None:
    events = [
        planned("a.x"),
        planned("a.y", Action.NO_OP),
        planned("a.z", Action.READ),
        planned("a.u", Action.UPDATE),
    ]
    assert progress_of(events, state_ids=()).planned == 2


def test_what_has_begun_and_not_ended_is_in_flight() -> None:
    events = [planned("a.x"), planned("a.y"), *created("a.x", "i-1"), started("a.y")]
    progress = progress_of(events, state_ids=[("a.x", "i-1")])
    assert (progress.planned, progress.done, progress.in_flight) == (2, 1, ["a.y"])


def test_an_error_is_failed_and_neither_done_nor_in_flight() -> None:
    progress = progress_of([planned("a.x"), started("a.x"), errored("a.x")], state_ids=())
    assert (progress.done, progress.in_flight, progress.failed) == (0, [], ["a.x"])


def test_a_replacement_is_done_when_the_new_one_stands_and_the_old_one_is_gone() -> None:
    events = [
        planned("a.x", Action.REPLACE),
        started("a.x", Action.DESTROY),
        completed("a.x", Action.DESTROY),
    ]
    assert progress_of(events, state_ids=()).done == 0
    assert progress_of([*events, *created("a.x", "i-2")], state_ids=()).done == 1


def test_a_created_resource_that_the_state_lacks_is_an_orphan_with_its_import_command() -> None:
    events = [planned('a.x["k"]'), *created('a.x["k"]', "i-1"), *created("a.y", "i-2")]
    progress = progress_of(events, state_ids=[("a.y", "i-2")])
    assert [(orphan.address, orphan.resource_id) for orphan in progress.orphans] == [('a.x["k"]', "i-1")]
    assert progress.orphans[0].import_command == "terraform import 'a.x[\"k\"]' i-1"


def test_the_state_s_older_resource_at_the_same_address_does_not_hide_the_new_one() -> None:
    progress = progress_of(created("a.x", "i-new"), state_ids=[("a.x", "i-old")])
    assert [orphan.resource_id for orphan in progress.orphans] == ["i-new"]


def test_an_orphan_without_an_id_has_no_import_command() -> None:
    progress = progress_of([started("a.x"), completed("a.x")], state_ids=())
    assert progress.orphans[0].import_command is None


def test_what_was_created_and_destroyed_again_is_no_orphan() -> None:
    events = [
        *created("a.x", "i-1"),
        started("a.x", Action.DESTROY, id_value="i-1"),
        completed("a.x", Action.DESTROY),
    ]
    assert progress_of(events, state_ids=()).orphans == []


def test_a_replacement_made_before_the_old_one_is_destroyed_stays_an_orphan() -> None:
    events = [
        *created("a.x", "i-new"),
        started("a.x", Action.DESTROY, id_value="i-old"),
        completed("a.x", Action.DESTROY),
    ]
    assert [orphan.resource_id for orphan in progress_of(events, state_ids=()).orphans] == ["i-new"]


def test_no_orphan_is_claimed_when_the_state_could_not_be_read() -> None:
    assert progress_of(created("a.x", "i-1"), state_ids=None).orphans == []


def test_repeated_events_change_nothing() -> None:
    events = [planned("a.x"), *created("a.x", "i-1")]
    assert progress_of(events * 2, state_ids=()) == progress_of(events, state_ids=())


def test_import_command_quotes_for_the_shell() -> None:
    assert import_command("aws_vpc.main", "vpc-1") == "terraform import 'aws_vpc.main' vpc-1"
    assert import_command("a.b", "x; rm -rf /") == "terraform import 'a.b' 'x; rm -rf /'"


def test_addresses_in_state_are_spelled_as_terraform_spells_them() -> None:
    state = {
        "version": 4,
        "resources": [
            {"mode": "data", "type": "d", "name": "x", "instances": [{"attributes": {"id": "no"}}]},
            {"mode": "managed", "type": "t", "name": "one", "instances": [{"attributes": {"id": "1"}}]},
            {
                "mode": "managed",
                "module": 'module.m["k"]',
                "type": "t",
                "name": "many",
                "instances": [
                    {"index_key": 0, "attributes": {"name": "n"}},
                    {"index_key": 'a"${b}\n', "attributes": None},
                ],
            },
        ],
    }
    assert addresses_in_state(state) == [
        ("t.one", "1"),
        ('module.m["k"].t.many[0]', "n"),
        ('module.m["k"].t.many["a\\"$${b}\\n"]', None),
    ]


def test_a_state_that_was_never_written_has_no_addresses() -> None:
    assert addresses_in_state({}) == []
