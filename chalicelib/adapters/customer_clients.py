"""botocore clients that act in a customer's account, as a role that the customer made for this.

Sessions live in the process's memory, until shortly before they end.
"""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ..domain.errors import CloudRefused, Unavailable
from ..domain.identity import RefusalCause
from ..domain.messages import CloudCredentials
from ..services.ports.clock import Clock
from ..services.ports.customer_aws import CustomerAws
from ..services.ports.customer_stacks import CustomerPlace
from ..settings import Settings
from .aws import CONNECT_SECONDS, READ_SECONDS

RENEW_BEFORE = timedelta(minutes=10)
"""A session with less than this left is not begun with."""

NO_TOKENS = "AWS's token service in {} was not reached. Try again shortly."


class CustomerClients:
    """Clients by service and place."""

    def __init__(self, aws: CustomerAws, clock: Clock, settings: Settings) -> None:
        self._aws = aws
        self._clock = clock
        self._endpoint = settings.customer_aws_endpoint_url
        self._sessions: dict[CustomerPlace, CloudCredentials] = {}
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, place: CustomerPlace) -> Any:
        """A client of `service` there.

        Raises
        ------
        CloudRefused
            The role does not let us in; says why, as far as AWS does.
        Unavailable
            AWS is too busy to say, or was not reached: that says nothing of the role.
        """
        session = self._session(place)
        name = (service, session.access_key_id)
        if name not in self._clients:
            self._clients[name] = self._connect(service, place, session)
        return self._clients[name]

    def prove(self, place: CustomerPlace) -> None:
        """See that the role asks for our external id: one that does not may be another tenant's.

        Raises
        ------
        CloudRefused
            It lets us in for anybody.
        Unavailable
            AWS is too busy to say, or was not reached.
        """
        self._aws.require_external_id(
            place.role,
            external_id=place.external_id,
            account_id=place.account_id,
            session_name=place.session,
            region=place.region,
        )

    def _session(self, place: CustomerPlace) -> CloudCredentials:
        session = self._sessions.get(place)
        if session is not None and self._lasts(session):
            return session
        session = self._assume(place)
        for ended in [one for one, kept in self._sessions.items() if not self._lasts(kept)]:
            self.forget(ended)
        self._sessions[place] = session
        return session

    def forget(self, place: CustomerPlace) -> None:
        """End what is kept for a place: a role that was made anew knows no session of the one before."""
        ended = self._sessions.pop(place, None)
        if ended is not None:
            self._clients = {
                name: one for name, one in self._clients.items() if name[1] != ended.access_key_id
            }

    def _assume(self, place: CustomerPlace) -> CloudCredentials:
        try:
            return self._aws.assume(
                place.role,
                external_id=place.external_id,
                account_id=place.account_id,
                session_name=place.session,
                region=place.region,
            )
        except CloudRefused as refused:
            if refused.details.get("cause") == RefusalCause.UNREACHABLE:
                raise Unavailable(NO_TOKENS.format(place.region)) from None
            raise

    @cached_property
    def _botocore(self) -> Any:
        """One for all clients: it keeps the descriptions of services, which take long to read."""
        import botocore.session

        return botocore.session.get_session()

    def _lasts(self, session: CloudCredentials) -> bool:
        return datetime.fromisoformat(session.expires_at) - RENEW_BEFORE > self._clock.now()

    def _connect(self, service: str, place: CustomerPlace, session: CloudCredentials) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 4},
        )
        return self._botocore.create_client(
            service,
            region_name=place.region,
            endpoint_url=self._endpoint,
            aws_access_key_id=session.access_key_id,
            aws_secret_access_key=session.secret_access_key,
            aws_session_token=session.session_token,
            config=config,
        )
