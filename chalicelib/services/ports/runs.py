"""Runs, as the services see them."""

from collections.abc import Sequence
from typing import Protocol

from ...domain.run import Run
from ..paging import Page


class RunRecord(Run):
    """A run with what only the control plane needs to know about it."""

    runner: str
    task_definition: str | None = None
    """Revision that this run's tasks are started from, pinned when it began: a release can't change it."""
    review_token: str | None = None
    """The doorbell of the workflow step that waits for a person."""
    request_hash: str | None = None

    def public(self) -> Run:
        """The part that people may see."""
        return Run.model_validate({name: getattr(self, name) for name in Run.model_fields})


class RunStore(Protocol):
    """Rows of runs."""

    def get(self, run_id: str) -> RunRecord | None: ...

    def of_zone(self, zone_id: str, limit: int, cursor: str | None) -> Page[RunRecord]:
        """Newest first."""

    def of_spec(self, spec_id: str, limit: int, cursor: str | None) -> Page[RunRecord]:
        """Newest first."""

    def live(self) -> Sequence[RunRecord]:
        """Every run that is not over, oldest first."""

    def wait_for_review(self, run_id: str, generation: int, task_token: str) -> bool:
        """Keep the waiter's token; ``False`` when the run no longer awaits review, or in this generation."""

    def next_generation(self, run_id: str, generation: int) -> bool:
        """Fence `generation` off by raising it; ``False`` when somebody else did, or the run is over."""
