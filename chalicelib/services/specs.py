"""Specs: fill in, look at, edit, delete."""

from collections.abc import Mapping
from typing import Any

from ..domain.audit import AuditEntry
from ..domain.errors import Conflict, FieldProblem, InvalidInput, NotFound
from ..domain.ids import id_for
from ..domain.kubeconfig import Kubeconfig
from ..domain.lifecycle.spec import SpecStatus
from ..domain.snapshot import config_hash
from ..domain.spec import FROZEN_BY_STATE, Spec, SpecForm
from ..domain.spec_config import Owner, read_snapshot
from ..domain.words import ComponentKind, Role
from ..providers import provider_of
from .access import Access, Principal
from .audit import Audit
from .paging import Page, PageRequest
from .ports.clock import Clock, iso
from .ports.facts import FactStore
from .ports.specs import Form, SpecStore
from .spec_audit import shown
from .spec_forms import read_form, stored
from .spec_reader import SpecReader, snapshot_text
from .spec_views import Preview, SpecDetail, SpecSummary, detail, summary

DELETABLE = (SpecStatus.DRAFT, SpecStatus.DESTROYED)
"""Statuses in which nothing is provisioned."""

LOGIN_FACTS = {"name", "endpoint", "ca_certificate"}
"""What must be known of a cluster before anybody can sign in to it, on any cloud."""

NOT_THERE = "There is no such thing here, or it is not yours."


class Specs:
    """Configurations of a zone."""

    def __init__(
        self,
        specs: SpecStore,
        reader: SpecReader,
        facts: FactStore,
        access: Access,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._specs = specs
        self._reader = reader
        self._facts = facts
        self._access = access
        self._audit = audit
        self._clock = clock

    def create(
        self,
        principal: Principal,
        zone_id: str,
        raw: Mapping[str, Any],
        key: str | None,
        request_hash: str,
        *,
        converted_from: Spec | None = None,
    ) -> SpecDetail:
        """Keep a new DRAFT from the raw body of a form; `converted_from` is the spec that it was made of."""
        self._access.require(principal, zone_id, Role.PLANNER)
        form = read_form(raw)
        kept = stored(form)
        now = iso(self._clock.now())
        spec = Spec(
            spec_id=id_for("spec", f"{principal.user} {zone_id} specs", key),
            zone_id=zone_id,
            **_scalars(form),
            status=SpecStatus.DRAFT,
            settled_status=SpecStatus.DRAFT,
            current_rev=1,
            config_hash=self._hash(zone_id, form, kept),
            created_at=now,
            created_by=principal.user,
            updated_at=now,
        )
        entry = self._entry(principal, spec, "created", None, kept)
        if converted_from is not None:
            origin = f"from the spec {converted_from.spec_id}, which is for {converted_from.provider}"
            entry = entry.model_copy(update={"action": "spec.converted", "reason": origin})
        first = self._specs.create(spec, kept, request_hash, entry)
        return self._detail(first.spec_id)

    def read(self, principal: Principal, spec_id: str) -> SpecDetail:
        """The spec with its components, what is observed of them, and whether edits wait to be applied."""
        self.require(principal, spec_id, Role.VIEWER)
        return self._detail(spec_id)

    def list(self, principal: Principal, zone_id: str, page: PageRequest) -> Page[SpecSummary]:
        """A zone's specs, newest first."""
        self._access.require(principal, zone_id, Role.VIEWER)
        found = self._specs.of_zone(zone_id, page)
        return Page(items=[summary(spec) for spec in found.items], next_cursor=found.next_cursor)

    def edit(
        self, principal: Principal, spec_id: str, expected_rev: int, raw: Mapping[str, Any], request_hash: str
    ) -> SpecDetail:
        """Replace the whole configuration, if nobody did since revision `expected_rev`."""
        seen = self.require(principal, spec_id, Role.PLANNER)
        form = read_form(raw)
        self._check_frozen(seen, form)
        kept = stored(form)
        changed = seen.model_copy(
            update={
                **_scalars(form),
                "config_hash": self._hash(seen.zone_id, form, kept),
                "updated_at": iso(self._clock.now()),
            }
        )
        entry = self._entry(principal, seen, "edited", self._form(spec_id), kept)
        self._specs.edit(seen, expected_rev, changed, kept, request_hash, entry)
        return self._detail(spec_id)

    def delete(self, principal: Principal, spec_id: str) -> None:
        """Delete a spec of which nothing is provisioned (:class:`Conflict` otherwise)."""
        seen = self.require(principal, spec_id, Role.PLANNER)
        if seen.live_run:
            raise Conflict(
                f"The run {seen.live_run} is working on this spec. Wait for it, or cancel it first.",
                details={"run_id": seen.live_run},
            )
        if seen.status not in DELETABLE:
            raise Conflict(
                f"The spec is {seen.status}: something may be provisioned. Destroy it first, then delete it.",
                details={"status": str(seen.status)},
            )
        entry = self._entry(principal, seen, "deleted", self._form(spec_id), None)
        self._specs.delete(seen, entry)

    def preview(self, principal: Principal, spec_id: str) -> Preview:
        """What a plan would freeze, and the variables that terraform would get."""
        self.require(principal, spec_id, Role.VIEWER)
        now = self._reader.now(spec_id)
        config = read_snapshot(now.snapshot, now.config_hash)
        owner = Owner(zone_id=now.spec.zone_id, spec_id=spec_id)
        return Preview(
            spec_id=spec_id,
            snapshot=now.snapshot,
            config_hash=now.config_hash,
            tfvars=provider_of(now.spec.provider).to_tfvars(config, owner),
        )

    def kubeconfig(self, principal: Principal, spec_id: str) -> Kubeconfig:
        """How ``kubectl`` signs in to the spec's cluster (:class:`Conflict` while there is none)."""
        self.require(principal, spec_id, Role.VIEWER)
        now = self._reader.now(spec_id)
        config = read_snapshot(now.snapshot, now.config_hash)
        for fact in self._facts.of_spec(spec_id):
            if fact.kind is ComponentKind.CLUSTER and fact.facts.keys() >= LOGIN_FACTS:
                login = provider_of(config.provider).cluster_login(config, fact.facts)
                return login.model_copy(update={"context": now.spec.state_name})
        raise Conflict("This spec has no cluster that stands. Plan and apply one, then ask again.")

    def require(self, principal: Principal, spec_id: str, role: Role) -> Spec:
        """The spec, if the person has `role` in its zone (:class:`NotFound` for a stranger)."""
        spec = self._specs.get(spec_id)
        if spec is None:
            raise NotFound(NOT_THERE)
        self._access.require(principal, spec.zone_id, role)
        return spec

    def _detail(self, spec_id: str) -> SpecDetail:
        now = self._reader.now(spec_id)
        return detail(now.spec, now.form, self._facts.of_spec(spec_id))

    def _form(self, spec_id: str) -> Form | None:
        kept = self._specs.read(spec_id)
        return kept and kept.form

    def _entry(
        self, principal: Principal, spec: Spec, what: str, was: Form | None, becomes: Form | None
    ) -> AuditEntry:
        before, after = shown(was, becomes)
        return self._audit.entry(
            spec.zone_id,
            actor=f"user:{principal.user}",
            action=f"spec.{what}",
            subject=spec.spec_id,
            before=before,
            after=after,
        )

    def _hash(self, zone_id: str, form: SpecForm, kept: dict[str, Any]) -> str:
        identity = self._reader.identity(zone_id, form.cloud_identity)
        if form.cloud_identity and identity is None:
            problem = "is no cloud identity of this zone; link the account first"
            raise InvalidInput([FieldProblem(("cloud_identity",), problem)])
        if identity and identity.provider is not form.provider:
            problem = f"is an account of {identity.provider}; the spec is for {form.provider}"
            raise InvalidInput([FieldProblem(("cloud_identity",), problem)])
        return config_hash(snapshot_text(kept, identity))

    def _check_frozen(self, seen: Spec, form: SpecForm) -> None:
        changed = [name for name in FROZEN_BY_STATE if getattr(form, name) != getattr(seen, name)]
        if not changed:
            return
        if seen.status is SpecStatus.DRAFT and not seen.live_run and not self._specs.has_state(seen):
            return
        raise InvalidInput(
            [
                FieldProblem(
                    (name,),
                    f"can't change from {getattr(seen, name)!r} once there is a run or a state, as it names "
                    "the terraform state; make another spec instead",
                )
                for name in changed
            ]
        )


def _scalars(form: SpecForm) -> dict[str, Any]:
    return {
        "project_name": form.project_name,
        "environment_stage": form.environment_stage,
        "provider": form.provider,
        "region": form.region,
        "terraform_version": form.terraform_version,
        "cloud_identity": form.cloud_identity,
    }
