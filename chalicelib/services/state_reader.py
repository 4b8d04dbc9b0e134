"""Reads of states for the control plane's own use: where the head stands, and what a version holds."""

from collections.abc import Collection

from ..domain.errors import Damaged, Unavailable
from ..domain.progress import Identity, addresses_in_state
from ..domain.snapshot import sha256_hex
from ..domain.state import StateHead, StateVersion
from ..domain.state_file import parse_state
from .ports.states import StateRows
from .sealed import SealedObjects


class StateReader:
    """Opens versions. What can't be verified is :class:`Damaged`, never "no state"."""

    def __init__(self, rows: StateRows, sealed: SealedObjects) -> None:
        self._rows = rows
        self._sealed = sealed

    def head(self, zone_id: str, name: str) -> StateHead | None:
        """The head row; ``None`` where no spec claimed that name."""
        return self._rows.head(zone_id, name)

    def clear(self, head: StateHead, version: StateVersion) -> bytes:
        """A version's state file, verified as stored and in clear."""
        clear = self._sealed.read(version.object, zone_id=head.zone_id, spec_id=version.spec_id)
        if sha256_hex(clear) != version.sha256:
            raise Damaged(f"State version {version.id} is not what was committed: its sha256 differs.")
        return clear

    def addresses(self, zone_id: str, name: str) -> Collection[Identity] | None:
        """Address and cloud id of every managed resource in the last committed version.

        Empty where there never was a version; ``None`` when it can't be read now.
        """
        try:
            head = self._rows.head(zone_id, name)
            if head is None or head.version is None:
                return []
            return addresses_in_state(parse_state(self.clear(head, head.version)))
        except (Damaged, Unavailable):
            return None
