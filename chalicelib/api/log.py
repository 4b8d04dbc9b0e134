"""Structured logs: JSON lines with the ids of request and work; never a body, a header or a token."""

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from ..services.origin import current_origin
from ..settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@lru_cache(maxsize=1)
def logger() -> "Logger":
    """The process's logger (imported on first use: it costs a cold start)."""
    from aws_lambda_powertools import Logger

    made = Logger(service=settings().deployment_name, level=settings().log_level, use_rfc3339=True)
    made.addFilter(with_ids)
    return made


def with_ids(record: logging.LogRecord) -> bool:
    """Put the ids of what is in hand on each line: a thread's own, as a server answers many at once."""
    origin = current_origin()
    if origin.request_id:
        record.request_id = origin.request_id
    if origin.correlation_id:
        record.correlation_id = origin.correlation_id
    return True
