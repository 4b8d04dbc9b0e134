"""What GCP would refuse of queues, topics and names, said at the field that is wrong."""

from typing import Any

import pytest

from tests.support.gcp_specs import refusals


def a_queue(**changes: Any) -> dict[str, Any]:
    return {"name": "mails", **changes}


def a_topic(*receivers: tuple[str, str], name: str = "news") -> dict[str, Any]:
    return {
        "name": name,
        "subscriptions": [{"protocol": protocol, "endpoint": endpoint} for protocol, endpoint in receivers],
    }


def a_bucket(**changes: Any) -> dict[str, Any]:
    return {"name": "assets", **changes}


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # Messages
    (
        "no time to acknowledge",
        {"queues": [a_queue(visibility_timeout=9)]},
        "queues[0].visibility_timeout",
        "10 to 600",
    ),
    (
        "too much time to acknowledge",
        {"queues": [a_queue(visibility_timeout=601)]},
        "queues[0].visibility_timeout",
        "10 to 600",
    ),
    (
        "messages kept too shortly",
        {"queues": [a_queue(message_retention=599)]},
        "queues[0].message_retention",
        "600 seconds or longer",
    ),
    ("a delay", {"queues": [a_queue(delay_seconds=1)]}, "queues[0].delay_seconds", "set 0"),
    (
        "too few attempts",
        {"queues": [a_queue(dead_letter={"max_receive_count": 4})]},
        "queues[0].dead_letter.max_receive_count",
        "5 to 100",
    ),
    (
        "too many attempts",
        {"queues": [a_queue(dead_letter={"max_receive_count": 101})]},
        "queues[0].dead_letter.max_receive_count",
        "5 to 100",
    ),
    (
        "a protocol of AWS",
        {"topics": [a_topic(("sqs", "mails"))]},
        "topics[0].subscriptions[0].protocol",
        "pull, push",
    ),
    (
        "an open line",
        {"topics": [a_topic(("push", "http://a.example.com"))]},
        "topics[0].subscriptions[0].endpoint",
        "https://",
    ),
    (
        "no name of a subscription",
        {"topics": [a_topic(("pull", "the audit"))]},
        "topics[0].subscriptions[0].endpoint",
        "letters, digits",
    ),
    (
        "one receiver twice",
        {"topics": [a_topic(("pull", "audit"), ("pull", "audit"))]},
        "topics[0].subscriptions[1]",
        "already",
    ),
    # Names that Google keeps to itself, and names that are taken
    (
        "a project that starts like Google's",
        {"project_name": "goog-shop", "queues": [a_queue()]},
        "project_name",
        "goog",
    ),
    (
        "a project with Google's name in its buckets",
        {"project_name": "my-google-shop", "storage_buckets": [a_bucket()]},
        "project_name",
        "google",
    ),
    (
        "a bucket that sounds like Google's",
        {"storage_buckets": [a_bucket(name="g00gle-files")]},
        "storage_buckets[0].name",
        "google",
    ),
    (
        "a topic called like a queue's dead letters",
        {"queues": [a_queue(dead_letter={})], "topics": [a_topic(name="mails-dlq")]},
        "topics[0].name",
        "as queues[0] does",
    ),
    (
        "a queue called like another's dead letters",
        {"queues": [a_queue(dead_letter={}), a_queue(name="mails-dlq")]},
        "queues[1].name",
        "'mails-dlq-sub'",
    ),
    (
        "a topic called like a queue's topic",
        {"queues": [a_queue()], "topics": [a_topic(name="mails-queue")]},
        "topics[0].name",
        "'mails-queue'",
    ),
    (
        "a subscription called like a queue's",
        {"queues": [a_queue()], "topics": [a_topic(("pull", "sub"), name="mails")]},
        "topics[0].subscriptions[0].endpoint",
        "'mails-sub'",
    ),
]


@pytest.mark.parametrize(
    ("changes", "field", "way_out"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_it_is_refused_at_its_field(changes: dict[str, Any], field: str, way_out: str) -> None:
    problems = refusals(**changes)
    assert field in problems
    assert way_out in problems[field]


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("the shortest times", {"queues": [a_queue(visibility_timeout=10, message_retention=600)]}),
    ("the longest times", {"queues": [a_queue(visibility_timeout=600, message_retention=1209600)]}),
    ("a queue and a topic of one name", {"queues": [a_queue()], "topics": [a_topic(name="mails")]}),
    (
        "a subscription of one name on two topics",
        {"topics": [a_topic(("pull", "audit")), a_topic(("pull", "audit"), name="events")]},
    ),
]


@pytest.mark.parametrize("changes", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_what_would_work_is_not_refused(changes: dict[str, Any]) -> None:
    assert refusals(**changes) == {}
