"""SQS: attributes that come back the way they were set.

* ``RedriveAllowPolicy`` is unknown to moto. Symptom: creating ``aws_sqs_queue_redrive_allow_policy`` waits
  nine minutes for the attribute to appear.
* Setting any attribute forgets the queue's policy. Symptom: the policy is planned again after each change.
* ``RedrivePolicy`` comes back with blanks that nobody wrote. Symptom: a change at every plan.
"""

import json
from typing import Any

from moto.sqs.models import Queue

from .patching import Method, around, around_property


def close_gaps() -> None:
    Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    setattr(Queue, "redrive_allow_policy", None)  # noqa: B010 (moto never declares it)

    @around(Queue, "_set_attributes")
    def keep_policy(
        original: Method, queue: Any, attributes: dict[str, Any], now: float | None = None
    ) -> None:
        policy = getattr(queue, "policy", None)
        original(queue, attributes, now)
        if "Policy" not in attributes:
            queue.policy = policy

    @around_property(Queue, "attributes")
    def as_they_were_set(original: Method, queue: Any) -> dict[str, Any]:
        attributes: dict[str, Any] = original(queue)
        if not attributes.get("RedriveAllowPolicy"):
            attributes.pop("RedriveAllowPolicy", None)
        if attributes.get("RedrivePolicy"):
            policy = json.loads(attributes["RedrivePolicy"])
            attributes["RedrivePolicy"] = json.dumps(policy, separators=(",", ":"))
        return attributes
