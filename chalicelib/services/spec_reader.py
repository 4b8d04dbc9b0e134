"""A spec as it is *now*: what plans freeze, and what approvals are compared with.

The hash covers what the cloud identity resolves to, so it is computed from the identity as it is now. Where
that moved since the spec was saved, the row is corrected, as conditional writes compare with the row.
"""

from typing import NamedTuple

from ..domain.errors import NotFound
from ..domain.identity import Identity, IdentityStatus
from ..domain.ids import is_id
from ..domain.messages import CloudAccess
from ..domain.snapshot import build_snapshot, config_hash
from ..domain.spec import Spec, SpecForm, check_ready_to_plan
from .cloud_access import cloud_access
from .ports.identities import IdentityStore
from .ports.specs import Form, SpecStore


class SpecNow(NamedTuple):
    """A spec, its stored form, its identity, and the snapshot that a plan would freeze."""

    spec: Spec
    form: Form
    identity: Identity | None
    snapshot: str
    config_hash: str


class SpecReader:
    """Strongly consistent reads of one spec; :class:`NotFound` where there is none."""

    def __init__(self, specs: SpecStore, identities: IdentityStore) -> None:
        self._specs = specs
        self._identities = identities

    def get(self, spec_id: str) -> Spec | None:
        """The spec's row."""
        return self._specs.get(spec_id)

    def now(self, spec_id: str) -> SpecNow:
        """Everything about the spec as it is now."""
        stored = self._specs.read(spec_id)
        if stored is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        spec, form = stored
        identity = self.identity(spec.zone_id, spec.cloud_identity)
        text = snapshot_text(form, identity)
        current = config_hash(text)
        if current != spec.config_hash:
            self._specs.refresh_hash(spec, current)
            spec = spec.model_copy(update={"config_hash": current})
        return SpecNow(spec, form, identity, text, current)

    def snapshot(self, spec_id: str) -> tuple[Spec, str, str]:
        """The spec, the canonical text of its configuration, and that text's hash."""
        now = self.now(spec_id)
        return now.spec, now.snapshot, now.config_hash

    def require_ready_to_plan(self, spec_id: str) -> None:
        """:class:`~chalicelib.domain.errors.InvalidInput` naming each thing that a plan lacks."""
        now = self.now(spec_id)
        verified = now.identity is not None and now.identity.status is IdentityStatus.VERIFIED
        check_ready_to_plan(SpecForm.model_validate(now.form), identity_verified=verified)

    def cloud_access(self, spec_id: str) -> CloudAccess:
        """How a runner gets credentials for the spec's account."""
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound("There is no such thing here, or it is not yours.")
        identity = self.identity(spec.zone_id, spec.cloud_identity)
        if identity is None:
            raise NotFound("The cloud identity of this spec is not linked any more.")
        return cloud_access(identity, spec.region)

    def identity(self, zone_id: str, identity_id: str | None) -> Identity | None:
        """The zone's identity of that id."""
        if not identity_id or not is_id(identity_id):
            return None
        return self._identities.get(zone_id, identity_id)


def snapshot_text(form: Form, identity: Identity | None) -> str:
    """The canonical snapshot of a stored form under an identity."""
    return build_snapshot(
        form=form,
        provider=form["provider"],
        account_id=identity.account_id if identity else None,
        role_reference=identity.acts_as if identity else None,
    )
