"""Who is calling: a person, a runner, or one job. A route names the one it serves by its annotation.

The authorizer proved it and wrote it into the request's context; views never look at a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..domain.errors import Forbidden, NotFound, NotSignedIn
from ..services.access import Principal
from .refusals import keep_refused_job_token, keep_wrong_kind

_SENTENCES = {
    "user": "This route is for people: send a sign-in token as `Authorization: Bearer …`.",
    "runner": "This route is for runners: send the runner's credential as `Authorization: Runner …`.",
    "job": "This route is for a running job: send its token as `Authorization: Job …`.",
}


@dataclass(frozen=True)
class UserCaller:
    """A signed-in person."""

    kind: ClassVar[str] = "user"
    principal: Principal

    @classmethod
    def of(cls, context: Mapping[str, str]) -> "UserCaller":
        """From the authorizer's context."""
        return cls(Principal(user=context["user"]))

    @property
    def actor(self) -> str:
        """What idempotency keys are scoped to."""
        return f"user:{self.principal.user}"


@dataclass(frozen=True)
class RunnerCaller:
    """A runner, by its registration."""

    kind: ClassVar[str] = "runner"
    runner_id: str

    @classmethod
    def of(cls, context: Mapping[str, str]) -> "RunnerCaller":
        """From the authorizer's context."""
        return cls(context["runner_id"])

    @property
    def actor(self) -> str:
        """What idempotency keys are scoped to."""
        return f"runner:{self.runner_id}"


@dataclass(frozen=True)
class JobCaller:
    """One attempt of one job, on the runner that claimed it."""

    kind: ClassVar[str] = "job"
    job_id: str
    attempt: int
    runner_id: str

    @classmethod
    def of(cls, context: Mapping[str, str]) -> "JobCaller":
        """From the authorizer's context (API Gateway makes every value a text)."""
        return cls(context["job_id"], int(context["attempt"]), context["runner_id"])

    @property
    def actor(self) -> str:
        """What idempotency keys are scoped to."""
        return f"job:{self.job_id}-{self.attempt}"

    def must_be(self, job_id: str, attempt: int | None = None) -> None:
        """Refuse the token of another job (:class:`NotFound`), or of another attempt (:class:`Forbidden`).

        Either refusal is kept in the audit of the token's own zone.
        """
        if job_id != self.job_id:
            keep_refused_job_token(self.job_id, self.attempt, "It was shown for another job.")
            raise NotFound("There is no such thing here, or it is not yours.")
        if attempt is not None and attempt != self.attempt:
            keep_refused_job_token(self.job_id, self.attempt, "It was shown for another attempt.")
            raise Forbidden(f"This token is for attempt {self.attempt} of the job, not {attempt}.")


Caller = UserCaller | RunnerCaller | JobCaller
CALLERS: tuple[type[UserCaller] | type[RunnerCaller] | type[JobCaller], ...] = (
    UserCaller,
    RunnerCaller,
    JobCaller,
)


def caller_from(context: Mapping[str, Any] | None, wanted: type[Caller]) -> Caller:
    """The caller that a route wants.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    Forbidden
        Somebody of another kind is; it is in the audit.
    """
    if not context or "kind" not in context:
        raise NotSignedIn(_SENTENCES[wanted.kind])
    if context["kind"] != wanted.kind:
        sentence = _SENTENCES[wanted.kind]
        keep_wrong_kind(context, sentence)
        raise Forbidden(sentence)
    return wanted.of(context)
