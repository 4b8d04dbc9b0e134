"""Cloud identities: accounts that a zone may provision into."""

import secrets

from ..domain.errors import FieldProblem, InvalidInput, NotFound
from ..domain.identity import Identity, IdentityForm, IdentityStatus
from ..domain.ids import derived_id, id_for
from ..domain.words import CloudProvider, Role
from .access import Access, Principal
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.identities import IdentityStore

EXTERNAL_ID_BYTES = 24


class Identities:
    """Linked accounts of a zone."""

    def __init__(self, identities: IdentityStore, access: Access, clock: Clock) -> None:
        self._identities = identities
        self._access = access
        self._clock = clock

    def create(
        self, principal: Principal, zone_id: str, form: IdentityForm, key: str | None, request_hash: str
    ) -> Identity:
        """Link an account. It waits, PENDING, for its connection test; its external id is ours to choose."""
        self._access.require(principal, zone_id, Role.ADMIN)
        check_role_in_account(form)
        identity = Identity(
            identity_id=id_for("identity", f"{principal.user} {zone_id} identities", key),
            zone_id=zone_id,
            provider=form.provider,
            name=form.name,
            account_id=form.account_id,
            role_reference=form.role_reference,
            external_id=secrets.token_urlsafe(EXTERNAL_ID_BYTES),
            status=IdentityStatus.PENDING,
            created_at=iso(self._clock.now()),
        )
        return self._identities.create(identity, request_hash)

    def seed_verified(self, zone_id: str, form: IdentityForm) -> Identity:
        """The embedded stack's own account, known to work: the same one each time it is asked for."""
        seed = ("seed", zone_id, form.name)
        identity = Identity(
            identity_id=derived_id("identity", *seed),
            zone_id=zone_id,
            provider=form.provider,
            name=form.name,
            account_id=form.account_id,
            role_reference=form.role_reference,
            external_id=derived_id("external", *seed),
            status=IdentityStatus.VERIFIED,
            created_at=iso(self._clock.now()),
        )
        return self._identities.create(identity, request_hash="seed")

    def read(self, principal: Principal, zone_id: str, identity_id: str) -> Identity:
        """One identity of a zone that the person is in."""
        self._access.require(principal, zone_id, Role.VIEWER)
        identity = self._identities.get(zone_id, identity_id)
        if identity is None:
            raise NotFound("There is no such cloud identity, or it is not yours.")
        return identity

    def list(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[Identity]:
        """A zone's identities."""
        self._access.require(principal, zone_id, Role.VIEWER)
        return self._identities.of_zone(zone_id, page)


def check_role_in_account(form: IdentityForm) -> None:
    """Refuse a role of another account than the one that is linked (:class:`InvalidInput`)."""
    role = form.role_reference
    if form.provider is CloudProvider.AWS and role and role.split(":")[4:5] != [form.account_id]:
        raise InvalidInput(
            [
                FieldProblem(
                    ("role_reference",), f"must be a role of account {form.account_id}; it is of another"
                )
            ]
        )
