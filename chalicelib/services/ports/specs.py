"""Where specs and their revisions are kept."""

from typing import Any, NamedTuple, Protocol

from ...domain.audit import AuditEntry
from ...domain.spec import Spec
from ..paging import Page, PageRequest

Form = dict[str, Any]
"""A spec's stored configuration: the form's fields as they were saved, defaults filled in."""


class StoredSpec(NamedTuple):
    """A spec's row, and the whole configuration of the revision that it points at."""

    spec: Spec
    form: Form


class SpecStore(Protocol):
    """Specs. Writing a revision shows nothing until one conditional write points the spec's row at it."""

    def get(self, spec_id: str) -> Spec | None: ...

    def read(self, spec_id: str) -> StoredSpec | None: ...

    def of_zone(self, zone_id: str, page: PageRequest) -> Page[Spec]:
        """Newest first."""
        ...

    def create(self, spec: Spec, form: Form, request_hash: str, entry: AuditEntry) -> Spec:
        """Keep a new spec and claim its state's name; the repeat of the same request finds the first.

        Raises
        ------
        Conflict
            The id belongs to a different request, or another spec has the state's name (named in details).
        """
        ...

    def edit(
        self,
        seen: Spec,
        expected_rev: int,
        changed: Spec,
        form: Form,
        request_hash: str,
        entry: AuditEntry,
    ) -> Spec:
        """Make `form` the revision after `expected_rev`, moving the state's claim when the spec is renamed.

        The repeat of the edit that made the present revision finds it done.

        Raises
        ------
        StaleEdit
            Somebody edited since; the details carry the current revision.
        Conflict
            Another spec has the new state's name, or work began meanwhile.
        """
        ...

    def delete(self, seen: Spec, entry: AuditEntry) -> None:
        """Drop the spec and release its state's name (:class:`Conflict` when it changed since)."""
        ...

    def has_state(self, spec: Spec) -> bool:
        """Whether terraform ever committed a state for it."""
        ...

    def refresh_hash(self, seen: Spec, config_hash: str) -> None:
        """Correct the row's hash after its identity changed; an edit that came between wins."""
        ...
