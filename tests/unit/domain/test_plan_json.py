"""From terraform's plan JSON to a review: what is counted, what is shown, and what never is."""

import json
from typing import Any

import pytest

from chalicelib.domain.plan import Action, AttributeChange, Counts, ResourceChange
from chalicelib.domain.plan_json import MAX_VALUE_CHARS, ConvertedPlan, action_of, convert, summarise
from chalicelib.domain.review_pages import review_pages
from chalicelib.domain.words import ComponentKind

GROUPS = {"aws_eks_cluster": "AWS EKS", "aws_sqs_queue": "AWS SQS"}


def group_of(resource_type: str) -> str:
    return GROUPS.get(resource_type, "Other")


def component_of(address: str) -> tuple[ComponentKind, str] | None:
    return (ComponentKind.QUEUE, "orders") if "orders" in address else None


def a_resource(
    address: str = "aws_sqs_queue.q", actions: tuple[str, ...] = ("create",), **parts: Any
) -> dict[str, Any]:
    change = {key: parts.pop(key) for key in list(parts) if key not in ("mode", "action_reason")}
    change = {"before": None, "after": None, "after_unknown": {}, **change, "actions": list(actions)}
    return {"address": address, "mode": "managed", "type": address.split(".")[-2], "change": change, **parts}


def an_update(before: dict[str, Any], after: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return a_resource(actions=("update",), before=before, after=after, **parts)


def converted(
    *resources: dict[str, Any], drift: tuple[dict[str, Any], ...] = (), **plan: Any
) -> ConvertedPlan:
    document = {"resource_changes": list(resources), "resource_drift": list(drift), **plan}
    return convert(document, group_of=group_of, component_of=component_of)


def attributes_of(resource: dict[str, Any]) -> dict[str, AttributeChange]:
    return {attribute.path: attribute for attribute in converted(resource).changes[0].attributes}


@pytest.mark.parametrize(
    ("actions", "action"),
    [
        (["create"], Action.CREATE),
        (["update"], Action.UPDATE),
        (["delete"], Action.DESTROY),
        (["delete", "create"], Action.REPLACE),
        (["create", "delete"], Action.REPLACE),
        (["forget"], Action.FORGET),
        (["no-op"], Action.NO_OP),
    ],
)
def test_actions(actions: list[str], action: Action) -> None:
    assert action_of(actions) is action


class TestCounts:
    def test_a_replacement_counts_as_itself(self) -> None:
        summary = converted(a_resource(actions=("delete", "create")), a_resource(actions=("delete",))).summary
        assert summary.counts == Counts(replace=1, destroy=1)

    def test_data_sources_and_no_ops_are_left_out(self) -> None:
        plan = converted(
            a_resource("data.aws_x.a", ("read",), mode="data"), a_resource(actions=("no-op",)), a_resource()
        )
        assert plan.summary.counts == Counts(create=1)
        assert len(plan.changes) == 1

    def test_groups_have_readable_names_in_order(self) -> None:
        summary = converted(
            a_resource("aws_sqs_queue.a"), a_resource("aws_eks_cluster.b"), a_resource("t.c")
        ).summary
        assert [(group.name, group.counts.create) for group in summary.groups] == [
            ("AWS EKS", 1),
            ("AWS SQS", 1),
            ("Other", 1),
        ]

    def test_the_events_road_gives_the_same_summary(self) -> None:
        resources = [a_resource(), a_resource(actions=("delete", "create")), a_resource("t.x", ("update",))]
        pairs = [(item["type"], action_of(item["change"]["actions"])) for item in resources]
        assert summarise([*pairs, ("d", Action.READ)], group_of) == converted(*resources).summary

    def test_changed_outputs_are_counted(self) -> None:
        outputs = {"a": {"actions": ["create"]}, "b": {"actions": ["no-op"]}}
        assert converted(output_changes=outputs).summary.outputs_changed == 1


class TestAttributes:
    def test_paths_are_dotted_with_indexes(self) -> None:
        found = attributes_of(
            an_update(
                {"tags": {"team": "a", "same": 1}, "ingress": [{"from_port": 80}]},
                {"tags": {"team": "b", "same": 1}, "ingress": [{"from_port": 443}, {"from_port": 22}]},
            )
        )
        assert set(found) == {"tags.team", "ingress[0].from_port", "ingress[1].from_port"}
        assert (found["tags.team"].before, found["tags.team"].after) == ("a", "b")

    def test_a_key_that_is_no_identifier_is_quoted(self) -> None:
        assert set(attributes_of(a_resource(after={"tags": {"a.b/c": "x"}}))) == {'tags["a.b/c"]'}

    def test_a_creation_lists_what_is_set_and_a_deletion_what_was(self) -> None:
        assert set(attributes_of(a_resource(after={"a": 1, "b": None, "c": [], "d": False}))) == {"a", "d"}
        assert attributes_of(a_resource(actions=("delete",), before={"a": 1}))["a"].before == 1

    def test_known_after_apply(self) -> None:
        found = attributes_of(
            an_update(
                {"id": "1", "l": [{"x": 1, "y": 1}]},
                {"l": [{"y": 1}]},
                after_unknown={"id": True, "l": [{"x": True}]},
            )
        )
        assert set(found) == {"id", "l[0].x"}
        assert found["id"].unknown and found["id"].before == "1" and found["id"].after is None

    def test_what_forces_the_replacement_is_marked(self) -> None:
        resource = a_resource(
            actions=("delete", "create"),
            before={"az": "a", "disk": {"size": 1}, "diskette": 1},
            after={"az": "b", "disk": {"size": 2}, "diskette": 2},
            replace_paths=[["disk"]],
            action_reason="replace_because_cannot_update",
        )
        found = attributes_of(resource)
        assert {path for path, row in found.items() if row.forces_replacement} == {"disk.size"}
        assert converted(resource).changes[0].reason == "a change can't be made in place"

    def test_a_value_that_changes_its_type_is_shown_whole(self) -> None:
        found = attributes_of(an_update({"v": {"a": 1}}, {"v": "text"}))
        assert (found["v"].before, found["v"].after) == ({"a": 1}, "text")

    def test_a_very_long_value_is_cut_and_stays_a_change(self) -> None:
        long = "x" * (2 * MAX_VALUE_CHARS)
        found = attributes_of(an_update({"v": long + "a"}, {"v": long + "b"}))
        assert found["v"].before != found["v"].after
        assert len(found["v"].after) < MAX_VALUE_CHARS + 200

    def test_the_component_and_group_come_along(self) -> None:
        (change,) = converted(a_resource('module.queues["orders"].aws_sqs_queue.this')).changes
        assert (change.group, change.component_kind, change.component_name) == ("AWS SQS", "queue", "orders")


CANARY = "canary-7f3a"
SECRET = {"before_sensitive": False, "after_sensitive": False}


@pytest.mark.parametrize(
    "change",
    [
        {"after": {"p": CANARY}, "after_sensitive": {"p": True}},
        {"before": {"p": CANARY}, "after": {"p": "new"}, "before_sensitive": {"p": True}},
        {"before": {"p": "old"}, "after": {"p": CANARY}, "before_sensitive": {"p": True}},
        {"before": {"p": CANARY}, "after": {"p": None}, "after_sensitive": {"p": True}},
        {"before": {"p": CANARY}, "after": {}, "before_sensitive": {"p": True}, "after_unknown": {"p": True}},
        {"after": {"p": CANARY}, "after_sensitive": True},
        {"after": {"a": [{"b": {"c": CANARY}}]}, "after_sensitive": {"a": [{"b": {"c": True}}]}},
        {"after": {"a": [{"b": CANARY}]}, "after_sensitive": {"a": True}},
        {"before": {"a": {"b": CANARY}}, "after": {"a": "x"}, "before_sensitive": {"a": {"b": True}}},
        {
            "before": {"a": [{"b": CANARY}]},
            "after": {},
            "before_sensitive": {"a": [{"b": True}]},
            "after_unknown": {"a": True},
        },
        {"before": {"l": ["a"]}, "after": {"l": ["a", CANARY]}, "after_sensitive": {"l": [False, True]}},
        {"before": {"l": [CANARY, "a"]}, "after": {"l": ["a"]}, "before_sensitive": {"l": [True, False]}},
    ],
)
def test_a_sensitive_value_never_leaves(change: dict[str, Any]) -> None:
    resource = a_resource(actions=("update",), **(SECRET | change))
    plan = converted(resource, drift=(resource,))
    (row,) = plan.changes
    assert any(attribute.sensitive for attribute in row.attributes)
    assert CANARY not in repr(plan)


class TestDrift:
    def test_null_and_empty_noise_is_no_drift(self) -> None:
        noise = an_update({"tags": None, "a": "", "l": []}, {"tags": {}, "a": None, "l": None})
        assert converted(drift=(noise,)).drift == []

    def test_a_real_change_is(self) -> None:
        (row,) = converted(drift=(an_update({"a": 1, "n": None}, {"a": 2, "n": ""}),)).drift
        assert [attribute.path for attribute in row.attributes] == ["a"]

    def test_something_deleted_is(self) -> None:
        (row,) = converted(drift=(a_resource(actions=("delete",), before={"a": 1}),)).drift
        assert row.action is Action.DESTROY


class TestPages:
    @staticmethod
    def changes(number: int, size: int) -> list[ResourceChange]:
        return converted(*(a_resource(f"t.r{i:05}", after={"v": "x" * size}) for i in range(number))).changes

    def test_there_is_always_a_first_page(self) -> None:
        (page,) = review_pages([], [])
        assert (page.number, page.pages, page.resources) == (1, 1, [])

    def test_no_page_is_larger_than_the_limit_and_nothing_is_lost(self) -> None:
        rows = self.changes(50, 500)
        pages = review_pages(rows, rows[:20], page_bytes=4000)
        assert all(len(page.model_dump_json()) <= 4000 for page in pages)
        assert [row.address for page in pages for row in page.resources] == [row.address for row in rows]
        assert [page.number for page in pages] == list(range(1, len(pages) + 1))
        assert {page.pages for page in pages} == {len(pages)}
        assert pages[0].drift

    def test_a_resource_too_large_for_a_page_says_what_it_leaves_out(self) -> None:
        row = converted(a_resource("t.big", after={f"a{i:03}": "x" * 100 for i in range(100)})).changes[0]
        (page,) = review_pages([row], [], page_bytes=4000)
        assert len(page.model_dump_json()) <= 4000
        assert "more attributes are too large to show" in page.resources[0].attributes[-1].after

    def test_a_page_reads_back_as_itself(self) -> None:
        (page,) = review_pages(self.changes(3, 10), [])
        assert type(page).model_validate(json.loads(page.model_dump_json())) == page
