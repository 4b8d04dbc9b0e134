"""A cloud identity: PENDING → VERIFIED ⇄ DEGRADED ⇄ DISCONNECTED. Only a connection test moves it.

An identity that never worked stays PENDING until a test passes.
"""

from enum import StrEnum

from .table import Lifecycle


class IdentityStatus(StrEnum):
    PENDING = "PENDING"
    """Linked, and no connection test passed yet."""
    VERIFIED = "VERIFIED"
    DEGRADED = "DEGRADED"
    """We are let in, and permissions that the templates need are missing."""
    DISCONNECTED = "DISCONNECTED"
    """It worked once; the last test was not let in."""


class IdentityEvent(StrEnum):
    TEST_PASSED = "test_passed"
    TEST_INCOMPLETE = "test_incomplete"
    """Let in, and permissions are missing."""
    TEST_REFUSED = "test_refused"


S, E = IdentityStatus, IdentityEvent

IDENTITY = Lifecycle(
    "cloud identity",
    {
        **{(status, E.TEST_PASSED): S.VERIFIED for status in S},
        **{(status, E.TEST_INCOMPLETE): S.DEGRADED for status in (S.VERIFIED, S.DEGRADED, S.DISCONNECTED)},
        (S.PENDING, E.TEST_INCOMPLETE): S.PENDING,
        **{(status, E.TEST_REFUSED): S.DISCONNECTED for status in (S.VERIFIED, S.DEGRADED, S.DISCONNECTED)},
        (S.PENDING, E.TEST_REFUSED): S.PENDING,
    },
    terminal=frozenset(),
)
