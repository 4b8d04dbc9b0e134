"""Cloud identities: accounts that a zone may provision into.

People say which account and how to be let in; whether that works is said by connection tests alone. A change
of the account, the role or the method makes an identity PENDING again, and the plans made under it stale.
"""

import secrets
from collections.abc import Callable

from ..domain.audit import AuditEntry
from ..domain.errors import InvalidInput, NotFound
from ..domain.identity import FetchedResources, Identity, IdentityForm, IdentityStatus
from ..domain.ids import derived_id, id_for
from ..domain.words import CloudProvider, Role
from ..providers.linking import LinkSetup, OurSide, aws_workers, linkings
from .access import Access, Principal
from .audit import Audit
from .identity_uses import IdentityUses
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.identities import IdentityStore

__all__ = ["Identities", "IdentityForm"]

EXTERNAL_ID_BYTES = 24

ACCESS = ("account_id", "method", "role_reference", "gcp", "azure")
"""What decides whether, and where, we are let in."""

WORKER_ACCESS = ("worker_role_reference",)
"""The same, for deploying runners; no connection test is about it."""

SHOWN = {*IdentityForm.model_fields, "external_id", "status"}
"""What an audit entry tells of an identity; none of it is secret."""

NOT_THERE = "There is no such thing here, or it is not yours."
NEVER_FETCHED = (
    "Nothing was fetched from this account yet. Fetch its resources first "
    "(POST …/fetch-resources, `alethia identities fetch`)."
)


class Identities:
    """Linked accounts of a zone. `ours` is what customers' clouds are told of this deployment."""

    def __init__(
        self,
        identities: IdentityStore,
        uses: IdentityUses,
        access: Access,
        audit: Audit,
        clock: Clock,
        ours: OurSide,
    ) -> None:
        self._identities = identities
        self._uses = uses
        self._access = access
        self._audit = audit
        self._clock = clock
        self._ours = ours

    def create(
        self, principal: Principal, zone_id: str, form: IdentityForm, key: str | None, request_hash: str
    ) -> Identity:
        """Link an account. It waits, PENDING, for its connection test; its external id is ours to choose."""
        self._access.require(principal, zone_id, Role.ADMIN)
        _check(form)
        identity = Identity(
            identity_id=id_for("identity", f"{principal.user} {zone_id} identities", key),
            zone_id=zone_id,
            external_id=(
                secrets.token_urlsafe(EXTERNAL_ID_BYTES) if form.provider is CloudProvider.AWS else None
            ),
            status=IdentityStatus.PENDING,
            created_at=iso(self._clock.now()),
            **_fields(form),
        )
        entry = self._entry(f"user:{principal.user}", "linked", None, identity)
        return self._identities.create(identity, request_hash, entry)

    def seed_verified(
        self,
        zone_id: str,
        form: IdentityForm,
        *,
        roles_of: Callable[[Identity], dict[str, str]] | None = None,
    ) -> Identity:
        """The embedded stack's own account, known to work: the same one each time it is asked for.

        `roles_of` says the roles of an identity whose roles are named after it.
        """
        seed = ("seed", zone_id, form.name)
        identity = Identity(
            identity_id=derived_id("identity", *seed),
            zone_id=zone_id,
            external_id=derived_id("external", *seed),
            status=IdentityStatus.VERIFIED,
            created_at=iso(self._clock.now()),
            **_fields(form),
        )
        if roles_of is not None:
            identity = identity.model_copy(update=roles_of(identity))
        first = self._identities.create(
            identity, request_hash="seed", entry=self._entry("system", "linked", None, identity)
        )
        if all(getattr(first, name) == getattr(identity, name) for name in (*ACCESS, *WORKER_ACCESS)):
            return first
        # Seeded by an older version.
        self._identities.edit(
            first, identity, self._entry("system", "changed", first, identity), untested_at=None
        )
        return identity

    def read(self, principal: Principal, zone_id: str, identity_id: str) -> Identity:
        """One identity of a zone that the person is in."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._get(zone_id, identity_id)

    def list(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[Identity]:
        """A zone's identities."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._identities.of_zone(zone_id, page)

    def edit(self, principal: Principal, zone_id: str, identity_id: str, form: IdentityForm) -> Identity:
        """Put `form` in the place of what was said before; the provider and the external id stay.

        Raises
        ------
        Conflict
            Somebody else changed it meanwhile, or it is to name another account while runners stand in this.
        """
        self._access.require(principal, zone_id, Role.ADMIN)
        seen = self._get(zone_id, identity_id)
        form = form.model_copy(update={"provider": seen.provider})
        _check(form)
        changed = seen.model_copy(update=_fields(form))
        if changed == seen:
            return seen
        if changed.account_id != seen.account_id:
            self._uses.refuse_moving(seen)
        moved = any(getattr(changed, name) != getattr(seen, name) for name in ACCESS)
        if moved:
            changed = changed.model_copy(
                update={
                    "status": IdentityStatus.PENDING,
                    **dict.fromkeys(("problem", "tested_at", "test_job_id", "resources_at")),
                }
            )
        entry = self._entry(f"user:{principal.user}", "changed", seen, changed)
        self._identities.edit(seen, changed, entry, untested_at=iso(self._clock.now()) if moved else None)
        return changed

    def delete(self, principal: Principal, zone_id: str, identity_id: str) -> None:
        """Unlink an account that nothing uses (:class:`Conflict` names the specs or runners that do)."""
        self._access.require(principal, zone_id, Role.ADMIN)
        seen = self._get(zone_id, identity_id)
        self._uses.refuse_unlinking(seen)
        self._identities.delete(seen, self._entry(f"user:{principal.user}", "unlinked", seen, None))

    def setup(self, principal: Principal, zone_id: str, identity_id: str) -> LinkSetup:
        """What the customer does on their side (:class:`Conflict` where the deployment lacks a setting)."""
        self._access.require(principal, zone_id, Role.VIEWER)
        identity = self._get(zone_id, identity_id)
        return linkings[identity.provider].setup(identity, self._ours)

    def runner_setup(self, principal: Principal, zone_id: str, identity_id: str) -> LinkSetup:
        """What the customer does to let runners be deployed (:class:`Conflict` where they can't be)."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return aws_workers.setup(self._get(zone_id, identity_id), self._ours)

    def resources(self, principal: Principal, zone_id: str, identity_id: str) -> FetchedResources:
        """What was last fetched from the account, and when (:class:`NotFound` when nothing ever was)."""
        self._access.require(principal, zone_id, Role.VIEWER)
        self._get(zone_id, identity_id)
        found = self._identities.resources(zone_id, identity_id)
        if found is None:
            raise NotFound(NEVER_FETCHED)
        return found

    def _get(self, zone_id: str, identity_id: str) -> Identity:
        identity = self._identities.get(zone_id, identity_id)
        if identity is None:
            raise NotFound(NOT_THERE)
        return identity

    def _entry(self, actor: str, what: str, before: Identity | None, after: Identity | None) -> AuditEntry:
        subject = after or before
        assert subject is not None, "an entry is about an identity"
        return self._audit.entry(
            subject.zone_id,
            actor=actor,
            action=f"identity.{what}",
            subject=subject.identity_id,
            before=_shown(before),
            after=_shown(after),
        )


def _check(form: IdentityForm) -> None:
    problems = [*linkings[form.provider].check(form), *aws_workers.check(form)]
    if problems:
        raise InvalidInput(problems)


def _fields(form: IdentityForm) -> dict[str, object]:
    return {name: getattr(form, name) for name in IdentityForm.model_fields}


def _shown(identity: Identity | None) -> dict[str, object] | None:
    if identity is None:
        return None
    shown = identity.model_dump(mode="json", include=SHOWN)
    return {name: value for name, value in shown.items() if value is not None}
