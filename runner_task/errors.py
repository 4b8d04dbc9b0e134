"""How a runner's work ends other than well.

::

    AlethiaError
    ├── BadSettings       the environment is incomplete: nothing was claimed
    ├── ApiRefused        the control plane said no (4xx); carries status and details
    ├── Unreachable       the control plane or the store did not answer in time
    ├── StepFailed        a step can't go on; one plain sentence, and terraform's diagnostics
    │   └── NotLetIn      the linked account does not let us in; carries the cause
    ├── Stopped           cancelled, told to end, or cut off: the job ends early, on purpose
    └── StateUnreadable   a state that must be there is not, or is not what was stored
"""

from collections.abc import Sequence

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.identity import RefusalCause
from chalicelib.domain.job import Diagnostic


class BadSettings(AlethiaError):
    """The environment is incomplete."""


class ApiRefused(AlethiaError):
    """The control plane refused a request; repeating it would not help."""

    def __init__(self, status: int, message: str, details: dict[str, object] | None = None) -> None:
        super().__init__(message, details=details)
        self.status = status


class Unreachable(AlethiaError):
    """No answer in time."""


class StepFailed(AlethiaError):
    """A step can't go on. ``step`` overrides the name of the step that raised it."""

    def __init__(
        self, message: str, *, diagnostics: Sequence[Diagnostic] = (), step: str | None = None
    ) -> None:
        super().__init__(message)
        self.diagnostics = list(diagnostics)
        self.step = step


class NotLetIn(StepFailed):
    """The linked account does not let us in; the message says what to do about it.

    Parameters
    ----------
    account_id, principal : str or None
        The account that we did get into, and who we are there, when it is not the one that was linked.
    """

    def __init__(
        self,
        message: str,
        cause: RefusalCause,
        *,
        account_id: str | None = None,
        principal: str | None = None,
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.account_id = account_id
        self.principal = principal


class Stopped(AlethiaError):
    """The job ends early because somebody, or the loss of the lease, said so."""


class StateUnreadable(AlethiaError):
    """The state's bytes are missing, or are not what the pointer names. Never to be read as "no state"."""
