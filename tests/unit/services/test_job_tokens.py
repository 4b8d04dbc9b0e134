"""Job tokens: one attempt of one job, for an hour."""

import jwt
import pytest

from chalicelib.domain.errors import NotSignedIn, Unavailable
from chalicelib.domain.job_claims import JobClaims
from chalicelib.services.job_tokens import LIFETIME, JobTokens
from tests.support.builders import FakeClock

SECRET = "thirty-two bytes of secret, or more of it"


def tokens(clock: FakeClock | None = None, secret: str = SECRET) -> JobTokens:
    return JobTokens(lambda: secret, clock or FakeClock())


def test_a_token_names_its_job_attempt_and_runner() -> None:
    assert tokens().verify(tokens().issue("job-1", 2, "platform")) == JobClaims(
        job_id="job-1", attempt=2, runner="platform"
    )


def test_it_ends_after_an_hour() -> None:
    clock = FakeClock()
    token = tokens(clock).issue("job-1", 1, "platform")
    clock.advance(minutes=59)
    tokens(clock).verify(token)
    clock.advance(minutes=1)
    with pytest.raises(NotSignedIn, match="expired"):
        tokens(clock).verify(token)


@pytest.mark.parametrize(
    "forged",
    [
        "x.y.z",
        "",
        jwt.encode({"aud": "alethia-job", "exp": 9e9}, SECRET),
        jwt.encode({"aud": "alethia", "exp": 9e9, "job_id": "j", "attempt": 1, "runner": "r"}, SECRET),
        jwt.encode({"aud": "alethia-job", "job_id": "j", "attempt": 1, "runner": "r"}, SECRET),
        jwt.encode({"aud": "alethia-job", "exp": 9e9, "job_id": "j", "attempt": 1, "runner": "r"}, "o" * 32),
        jwt.encode(
            {"aud": "alethia-job", "exp": 9e9, "job_id": "j", "attempt": 1, "runner": "r"}, None, "none"
        ),
    ],
    ids=["no JWT", "nothing", "no claims", "audience of people", "no expiry", "other secret", "alg none"],
)
def test_anything_else_is_refused(forged: str) -> None:
    with pytest.raises(NotSignedIn, match="not valid"):
        tokens().verify(forged)


def test_a_short_secret_is_refused_before_it_signs_anything() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        tokens(secret="short").issue("job-1", 1, "platform")


class Secret:
    """A secret as Secrets Manager keeps it: its present value, and the one before."""

    def __init__(self) -> None:
        self.values = [f"{SECRET}, first"]
        self.answers = True
        self.reads = 0

    def change(self) -> None:
        self.values.append(f"{SECRET}, number {len(self.values)}")

    def tokens(self, clock: FakeClock) -> JobTokens:
        """Of one of the processes that read it."""
        return JobTokens(self._present, clock, before=self._before)

    def _present(self) -> str:
        self._read()
        return self.values[-1]

    def _before(self) -> str | None:
        self._read()
        return self.values[-2] if len(self.values) > 1 else None

    def _read(self) -> None:
        self.reads += 1
        if not self.answers:
            raise Unavailable("Not now.")


class TestAChangedSecret:
    def test_ends_no_job_in_hand_wherever_its_tokens_are_looked_at(self) -> None:
        clock, secret = FakeClock(), Secret()
        api, authorizer = secret.tokens(clock), secret.tokens(clock)
        in_hand = api.issue("job-1", 1, "platform")
        authorizer.verify(in_hand)

        secret.change()

        for process in (authorizer, secret.tokens(clock)):  # one that has read it before, and a fresh one
            process.verify(in_hand)
            process.verify(secret.tokens(clock).issue("job-2", 1, "platform"))
            process.verify(api.issue("job-3", 1, "platform"))  # which has not heard of it yet

    def test_signs_everywhere_before_the_tokens_of_before_are_over(self) -> None:
        clock, secret = FakeClock(), Secret()
        api = secret.tokens(clock)
        api.issue("job-1", 1, "platform")
        secret.change()
        clock.advance(minutes=6)
        token = api.issue("job-1", 1, "platform")
        clock.advance(seconds=(LIFETIME / 2).total_seconds())
        secret.change()
        secret.tokens(clock).verify(token)

    def test_twice_ends_what_a_leaked_value_signed(self) -> None:
        clock, secret = FakeClock(), Secret()
        authorizer = secret.tokens(clock)
        stolen = secret.tokens(clock).issue("job-1", 1, "platform")
        authorizer.verify(stolen)
        secret.change()
        authorizer.verify(secret.tokens(clock).issue("job-2", 1, "platform"))  # it knows both values now
        authorizer.verify(stolen)
        secret.change()
        clock.advance(minutes=5)
        with pytest.raises(NotSignedIn, match="not valid"):
            authorizer.verify(stolen)

    def test_is_not_looked_for_with_each_token_of_a_stranger(self) -> None:
        secret = Secret()
        authorizer = secret.tokens(FakeClock())
        forged = JobTokens(lambda: "o" * 32, FakeClock()).issue("job-1", 1, "platform")
        for _ in range(100):
            with pytest.raises(NotSignedIn):
                authorizer.verify(forged)
        assert secret.reads == 3

    def test_that_can_not_be_read_anew_stays_what_it_was(self) -> None:
        clock, secret = FakeClock(), Secret()
        authorizer = secret.tokens(clock)
        token = authorizer.issue("job-1", 1, "platform")
        secret.answers = False
        clock.advance(minutes=10)
        authorizer.verify(token)

    def test_is_no_refusal_while_it_can_not_be_read(self) -> None:
        """A runner tries again after this; told that its token is not valid, it would stop terraform."""
        secret = Secret()
        authorizer = secret.tokens(FakeClock())
        authorizer.issue("job-1", 1, "platform")
        secret.change()
        token = secret.tokens(FakeClock()).issue("job-1", 1, "platform")
        secret.answers = False
        with pytest.raises(Unavailable):
            authorizer.verify(token)
