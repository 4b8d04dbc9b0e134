"""Structured logs: JSON lines with the request id; never a body, a header or a token."""

from functools import lru_cache
from typing import TYPE_CHECKING

from ..settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@lru_cache(maxsize=1)
def logger() -> "Logger":
    """The process's logger (imported on first use: it costs a cold start)."""
    from aws_lambda_powertools import Logger

    return Logger(service="alethia", level=settings().log_level, use_rfc3339=True)
