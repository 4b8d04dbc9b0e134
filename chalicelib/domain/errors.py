"""Every way in which Alethia refuses or fails, as one tree.

::

    AlethiaError                      code, message for a person, field, details
    ├── InvalidInput                  the request itself is wrong; carries one problem per field
    ├── NotSignedIn                   no credential, or one that does not verify
    ├── Forbidden                     signed in, and a rule says no
    │   └── NoRepositoryAccess        a repository can't be read with what the zone has linked
    ├── NotFound                      absent, or another tenant's: the two look the same
    ├── Conflict                      the world is not as the request assumed
    │   ├── StaleEdit                 somebody else edited first
    │   ├── RunInProgress             one live run for each spec; names it
    │   ├── StalePlan                 what was approved is no longer what would be applied
    │   ├── StateLocked               another job holds the state
    │   ├── Fenced                    the lease was lost and somebody took it
    │   ├── CloudRefused              the linked account does not let us in; ``details["cause"]`` says why
    │   └── WrongStatus               a lifecycle does not allow that event now
    ├── TooLarge                      over a documented limit
    ├── Damaged                       what is stored is missing, altered or cut short; never "empty"
    └── Unavailable                   a dependency did not answer; repeating is safe

Domain and services raise these; ``api`` turns them into HTTP in one place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with one field of the input.

    ``path`` walks from the top of the body: ``("databases", 0, "engine_version")``.
    ``message`` says what is wrong **and** what would be right.
    """

    path: tuple[str | int, ...]
    message: str

    @property
    def field(self) -> str:
        """The path as people write it: ``databases[0].engine_version``."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
        return text


class AlethiaError(Exception):
    """Base of the tree. ``message`` is one sentence for a person, free of secrets and of stack traces."""

    code = "Error"

    def __init__(
        self, message: str, *, field: str | None = None, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details: dict[str, object] = dict(details or {})


class InvalidInput(AlethiaError):
    """One or more fields are wrong; ``problems`` names each."""

    code = "InvalidInput"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        first = problems[0]
        super().__init__(
            first.message if len(problems) == 1 else f"{len(problems)} fields need attention.",
            field=first.field or None,
        )
        self.problems = tuple(problems)


class NotSignedIn(AlethiaError):
    """No credential, or one that does not verify."""

    code = "NotSignedIn"


class Forbidden(AlethiaError):
    """The caller is known and a rule says no; the message names the rule and who can help."""

    code = "Forbidden"


class NoRepositoryAccess(Forbidden):
    """The repository is not public, and no token of the zone reads it; ``details`` names it and the cause."""

    code = "NoRepositoryAccess"


class NotFound(AlethiaError):
    """Absent, or belonging to somebody else."""

    code = "NotFound"


class Conflict(AlethiaError):
    """The world is not as the request assumed."""

    code = "Conflict"


class StaleEdit(Conflict):
    """The edit was made against a version that is no longer the newest."""

    code = "StaleEdit"


class RunInProgress(Conflict):
    """A second run of a spec while terraform works on the first; ``details['run_id']`` names the first."""

    code = "RunInProgress"


class StalePlan(Conflict):
    """A digest of the plan is missing or differs; ``details['changed']`` lists what changed."""

    code = "StalePlan"


class StateLocked(Conflict):
    """Another job holds the terraform state; ``details`` carries the holder as terraform expects it."""

    code = "StateLocked"


class Fenced(Conflict):
    """The caller's lease was lost and taken by somebody else; its writes no longer count."""

    code = "Fenced"


class CloudRefused(Conflict):
    """The linked account does not let us in. ``details['cause']`` is a
    :class:`~chalicelib.domain.identity.RefusalCause`; the message says what to do about it."""

    code = "CloudRefused"


class WrongStatus(Conflict):
    """A lifecycle does not allow this event in the present status."""

    code = "WrongStatus"


class TooLarge(AlethiaError):
    """Over a documented limit."""

    code = "TooLarge"


class Damaged(AlethiaError):
    """What a record names is missing from the store, or is not what was written. Never read as "nothing"."""

    code = "Damaged"


class Unavailable(AlethiaError):
    """A dependency did not answer in time; repeating the same request is safe."""

    code = "Unavailable"
