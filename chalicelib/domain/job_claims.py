"""What a job token says. Apart from the tokens themselves: those need cryptography, these words do not."""

from .errors import NotSignedIn
from .model import Model


class JobClaims(Model):
    """The one attempt of one job that a token is for, and the runner that claimed it."""

    job_id: str
    attempt: int
    runner: str


class ExpiredJobToken(NotSignedIn):
    """A token of ours whose hour is over; ``claims`` are true."""

    def __init__(self, claims: JobClaims) -> None:
        super().__init__("The job token has expired.")
        self.claims = claims
