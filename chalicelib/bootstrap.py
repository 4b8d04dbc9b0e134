"""The one place that wires adapters into services.

:func:`container` is the process's own, made from the environment on first use; tests and the embedded stack
put theirs in its place with :func:`use`. Every service is a cached property that imports its adapters when
first asked for: a Lambda pays at cold start only for what it serves.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from .settings import Settings, settings

if TYPE_CHECKING:
    from .services.access import Access
    from .services.attempts import Attempts
    from .services.identities import Identities
    from .services.job_tokens import JobTokens
    from .services.objects import Objects
    from .services.plan_review import PlanReview
    from .services.ports.clock import Clock
    from .services.ports.facts import FactStore
    from .services.ports.identities import IdentityStore
    from .services.ports.keys import Keys
    from .services.ports.runners import Runners
    from .services.ports.specs import SpecStore
    from .services.ports.states import StateRows
    from .services.ports.store import ObjectStore
    from .services.ports.zones import Zones
    from .services.runners import RunnerCredentials
    from .services.sealed import SealedObjects
    from .services.sign_in import SignIn
    from .services.spec_reader import SpecReader
    from .services.specs import Specs
    from .services.state_admin import StateAdmin
    from .services.state_heads import StateHeads
    from .services.state_history import StateHistory
    from .services.state_reader import StateReader
    from .services.states import States
    from .services.zones import ZoneService


class Container:
    """Every service of one deployment. `clock` can be a test's."""

    def __init__(self, settings: Settings, *, clock: "Clock | None" = None) -> None:
        self.settings = settings
        self._clock = clock

    @cached_property
    def clock(self) -> "Clock":
        """Time."""
        from .services.ports.clock import SystemClock

        return self._clock or SystemClock()

    @cached_property
    def _tables(self) -> None:
        """The row classes, pointed at this deployment's tables; every store asks for it first."""
        from .adapters.dynamodb.connection import connect

        connect(self.settings)

    # --- who is calling -----------------------------------------------------------------------------------

    @cached_property
    def sign_in(self) -> "SignIn":
        """People's sign-in tokens."""
        from .adapters.jwks import HttpKeySet
        from .services.sign_in import SignIn

        return SignIn(
            HttpKeySet(self.settings.oidc_jwks_url),
            issuer=self.settings.oidc_issuer,
            audience=self.settings.oidc_audience,
            clock=self.clock,
        )

    @cached_property
    def job_tokens(self) -> "JobTokens":
        """Tokens of running jobs."""
        from .adapters.secrets import secret_reader
        from .services.job_tokens import JobTokens

        return JobTokens(secret_reader(self.settings, self.settings.job_token_secret), self.clock)

    @cached_property
    def runner_credentials(self) -> "RunnerCredentials":
        """Runners' long-lived credentials."""
        from .services.runners import RunnerCredentials

        return RunnerCredentials(self.runners)

    @cached_property
    def access(self) -> "Access":
        """Roles in zones."""
        from .services.access import Access

        return Access(self.zone_store)

    # --- zones, identities, specs, runners ------------------------------------------------------------------

    @cached_property
    def zone_store(self) -> "Zones":
        """Rows of zones and members."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.zones import DynamoZones

        return DynamoZones()

    @cached_property
    def identity_store(self) -> "IdentityStore":
        """Rows of linked cloud accounts."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.identities import DynamoIdentities

        return DynamoIdentities()

    @cached_property
    def spec_store(self) -> "SpecStore":
        """Rows of specs and their revisions."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.specs import DynamoSpecs

        return DynamoSpecs()

    @cached_property
    def facts(self) -> "FactStore":
        """Rows of what is observed of components."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.facts import DynamoFacts

        return DynamoFacts()

    @cached_property
    def runners(self) -> "Runners":
        """Rows of registered runners."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.runners import DynamoRunners

        return DynamoRunners()

    @cached_property
    def zones(self) -> "ZoneService":
        """Workspaces."""
        from .services.zones import ZoneService

        return ZoneService(self.zone_store, self.access, self.clock)

    @cached_property
    def identities(self) -> "Identities":
        """Linked cloud accounts."""
        from .services.identities import Identities

        return Identities(self.identity_store, self.access, self.clock)

    @cached_property
    def spec_reader(self) -> "SpecReader":
        """Specs as they are now, with their snapshot and hash."""
        from .services.spec_reader import SpecReader

        return SpecReader(self.spec_store, self.identity_store)

    @cached_property
    def specs(self) -> "Specs":
        """Configurations."""
        from .services.specs import Specs

        return Specs(self.spec_store, self.spec_reader, self.facts, self.access, self.clock)

    # --- objects, states, reviews ---------------------------------------------------------------------------

    @cached_property
    def object_store(self) -> "ObjectStore":
        """The S3-compatible store of sealed objects."""
        from .adapters.s3_store import open_store

        return open_store(self.settings)

    @cached_property
    def keys(self) -> "Keys":
        """Data keys from KMS."""
        from .adapters.aws import client
        from .adapters.kms_keys import KmsKeys

        return KmsKeys(client("kms", self.settings), self.settings.kms_key_id)

    @cached_property
    def sealed_objects(self) -> "SealedObjects":
        """Objects of the store, opened and made."""
        from .adapters.crypto import AesGcm
        from .services.sealed import SealedObjects

        return SealedObjects(self.object_store, self.keys, AesGcm())

    @cached_property
    def attempts(self) -> "Attempts":
        """How attempts stand now."""
        from .services.attempts import Attempts

        return Attempts(self.job_store)

    @cached_property
    def objects(self) -> "Objects":
        """What runners may do with the store."""
        from .services.objects import Objects

        return Objects(self.object_store, self.keys, self.attempts, self._state_heads)

    @cached_property
    def state_rows(self) -> "StateRows":
        """Rows of states."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.states import DynamoStates

        return DynamoStates()

    @cached_property
    def _state_heads(self) -> "StateHeads":
        from .services.state_heads import StateHeads

        return StateHeads(self.spec_store, self.state_rows)

    @cached_property
    def state_reader(self) -> "StateReader":
        """What states hold, for finalize and failure reports."""
        from .services.state_reader import StateReader

        return StateReader(self.state_rows, self.sealed_objects)

    @cached_property
    def states(self) -> "States":
        """Lock, head and commit, for runners."""
        from .services.states import States

        return States(
            self.state_rows,
            self.object_store,
            self.sealed_objects,
            self.attempts,
            self._state_heads,
            self.clock,
        )

    @cached_property
    def state_history(self) -> "StateHistory":
        """States, for people to look at."""
        from .services.state_history import StateHistory

        return StateHistory(self.access, self.spec_store, self.state_rows, self.attempts, self.clock)

    @cached_property
    def state_admin(self) -> "StateAdmin":
        """What admins do with states."""
        from .services.state_admin import StateAdmin

        return StateAdmin(
            self.state_history, self.state_rows, self.state_reader, self.sealed_objects, self.clock
        )

    @cached_property
    def plan_review(self) -> "PlanReview":
        """Pages of a plan's review, and archived logs."""
        from .services.plan_review import PlanReview

        return PlanReview(self.access, self.job_store, self.sealed_objects)


_current: Container | None = None


def container() -> Container:
    """The process's services."""
    global _current
    if _current is None:
        _current = Container(settings())
    return _current


def use(replacement: Container | None) -> None:
    """Put another deployment's services in place (``None``: the environment's own again)."""
    global _current
    _current = replacement
