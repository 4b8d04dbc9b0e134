"""Sealed objects, terraform states and reviews."""

from functools import cached_property
from typing import TYPE_CHECKING

from .people import People

if TYPE_CHECKING:
    from ..services.attempts import Attempts
    from ..services.cloud_access import Identified
    from ..services.cloud_credentials import CloudBroker
    from ..services.cloud_tokens import CloudTokens
    from ..services.git_links import GitLinks
    from ..services.git_secrets import GitSecrets
    from ..services.git_tokens import GitTokens
    from ..services.objects import Objects
    from ..services.plan_review import PlanReview
    from ..services.sealed import SealedObjects
    from ..services.state_admin import StateAdmin
    from ..services.state_heads import StateHeads
    from ..services.state_history import StateHistory
    from ..services.state_reader import StateReader
    from ..services.states import States


class Storage(People):
    """Sealed objects, terraform states and reviews."""

    @cached_property
    def sealed_objects(self) -> "SealedObjects":
        """Objects of the store, opened and made."""
        from ..adapters.crypto import AesGcm
        from ..services.sealed import SealedObjects

        return SealedObjects(self.object_store, self.keys, AesGcm())

    @cached_property
    def attempts(self) -> "Attempts":
        """How attempts stand now."""
        from ..services.attempts import Attempts

        return Attempts(self.job_store, self.audit)

    @cached_property
    def cloud_broker(self) -> "CloudBroker":
        """Sessions in linked AWS accounts."""
        from ..services.cloud_credentials import CloudBroker

        return CloudBroker(
            identified=self._identified,
            access=self.cloud_access,
            identities=self.identity_store,
            aws=self.customer_aws,
        )

    @cached_property
    def cloud_tokens(self) -> "CloudTokens":
        """Tokens of ours, for clouds that federate."""
        from ..services.cloud_tokens import CloudTokens

        return CloudTokens(identified=self._identified, issuer=self.oidc_issuer)

    @cached_property
    def _identified(self) -> "Identified":
        from ..services.cloud_access import Identified

        return Identified(self.job_store, self.attempts, self.cloud_access)

    @cached_property
    def _git_secrets(self) -> "GitSecrets":
        from ..services.git_secrets import GitSecrets

        return GitSecrets(self.vault, self.git_link_store, self.clock, self.settings.git_secrets_prefix)

    @cached_property
    def git_links(self) -> "GitLinks":
        """Linked git hosts."""
        from ..services.git_links import GitLinks

        return GitLinks(
            links=self.git_link_store,
            secrets=self._git_secrets,
            hosts=self.git_hosts,
            access=self.access,
            audit=self.audit,
            clock=self.clock,
        )

    @cached_property
    def git_tokens(self) -> "GitTokens":
        """Git tokens for running jobs."""
        from ..services.git_tokens import GitTokens

        return GitTokens(
            jobs=self.job_store,
            attempts=self.attempts,
            links=self.git_link_store,
            secrets=self._git_secrets,
            hosts=self.git_hosts,
            audit=self.audit,
            clock=self.clock,
        )

    @cached_property
    def objects(self) -> "Objects":
        """What runners may do with the store."""
        from ..services.objects import Objects

        return Objects(self.object_store, self.keys, self.attempts, self._state_heads)

    @cached_property
    def _state_heads(self) -> "StateHeads":
        from ..services.state_heads import StateHeads

        return StateHeads(self.spec_store, self.state_rows)

    @cached_property
    def state_reader(self) -> "StateReader":
        """What states hold, for finalize and failure reports."""
        from ..services.state_reader import StateReader

        return StateReader(self.state_rows, self.sealed_objects)

    @cached_property
    def states(self) -> "States":
        """Lock, head and commit, for runners."""
        from ..services.states import States

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
        from ..services.state_history import StateHistory

        return StateHistory(self.access, self.spec_store, self.state_rows, self.attempts, self.clock)

    @cached_property
    def state_admin(self) -> "StateAdmin":
        """What admins do with states."""
        from ..services.state_admin import StateAdmin

        return StateAdmin(
            self.state_history,
            self.state_rows,
            self.state_reader,
            self.sealed_objects,
            self.audit,
            self.clock,
        )

    @cached_property
    def plan_review(self) -> "PlanReview":
        """Pages of a plan's review, and archived logs."""
        from ..services.plan_review import PlanReview

        return PlanReview(self.access, self.job_store, self.sealed_objects)
