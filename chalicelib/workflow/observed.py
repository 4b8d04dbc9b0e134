"""What every function of the workflow does around its work: one log line about it, and the correlation id.

The execution's input carries the id of the request that began the run or job, and the machine hands it to
each step; from here it reaches the step's log lines and the audit entries that it makes.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from ..api.cold_start import count_cold_start
from ..api.log import logger
from ..domain.audit import Origin
from ..services.origin import coming_from

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

SHOWN = ("run_id", "generation", "stage", "job_id", "attempt", "step")
"""What a log line repeats of an event; its task token never."""


def observed(handler: Handler) -> Handler:
    """`handler`, seen from outside."""
    name = handler.__name__

    @wraps(handler)
    def observe(event: dict[str, Any], context: Any) -> dict[str, Any]:
        origin = Origin(
            request_id=getattr(context, "aws_request_id", None),
            route=f"workflow {name}",
            correlation_id=event.get("correlation_id"),
        )
        shown = {key: event[key] for key in SHOWN if key in event} | {"function": name}
        count_cold_start(name)
        with coming_from(origin):
            started = time.perf_counter()
            try:
                answer = handler(event, context)
            except Exception as error:
                # The runtime logs the error itself, and the machine's history keeps it.
                logger().error("step failed", error=type(error).__name__, **shown)
                raise
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            logger().info("step", answer=answer, milliseconds=milliseconds, **shown)
        return answer

    return observe
