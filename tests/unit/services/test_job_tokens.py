"""Job tokens: one attempt of one job, for an hour."""

import jwt
import pytest

from chalicelib.domain.errors import NotSignedIn
from chalicelib.domain.job_claims import JobClaims
from chalicelib.services.job_tokens import JobTokens
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
