"""Sealed objects, terraform states and reviews."""

from functools import cached_property
from typing import TYPE_CHECKING

from .people import People

if TYPE_CHECKING:
    from ..services.attempts import Attempts
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

        return Attempts(self.job_store)

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
            self.state_history, self.state_rows, self.state_reader, self.sealed_objects, self.clock
        )

    @cached_property
    def plan_review(self) -> "PlanReview":
        """Pages of a plan's review, and archived logs."""
        from ..services.plan_review import PlanReview

        return PlanReview(self.access, self.job_store, self.sealed_objects)
