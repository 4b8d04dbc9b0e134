"""A call that is asked again, because its answer was lost, gets the first answer.

Symptom: on a busy machine a connection ends before the SDK has read the answer; the SDK asks again, and moto
says that what the first call made already exists. AWS knows a repeat by the call's own client token, which
moto ignores. The SDKs also send one id with every attempt at a call, and that serves all services alike.

Calls are answered one at a time: moto keeps its accounts in plain dictionaries, without locks.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

INVOCATION = "HTTP_AMZ_SDK_INVOCATION_ID"

REMEMBERED = 256
"""Answers kept. A repeat follows within seconds; terraform has tens of calls under way at most."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer = tuple[str, list[tuple[str, str]], bytes]


class Repeats:
    """WSGI middleware in front of moto."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        invocation = environ.get(INVOCATION)
        with self._one_at_a_time:
            answer = self._answers.get(invocation) if invocation else None
            if answer is None:
                answer = self._ask(environ)
                if invocation and answer[0].startswith("2"):
                    self._remember(invocation, answer)
        status, headers, body = answer
        start_response(status, headers)
        return [body]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While in here, no call is answered: for what else looks into moto."""
        with self._one_at_a_time:
            yield

    def _ask(self, environ: dict[str, Any]) -> Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            started[:] = [(status, headers)]

        parts = self._application(environ, start)
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close is not None:
                close()
        return *started[0], body

    def _remember(self, invocation: str, answer: Answer) -> None:
        self._answers[invocation] = answer
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
