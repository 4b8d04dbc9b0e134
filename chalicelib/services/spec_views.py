"""Specs as people see them."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from ..domain.components import COLLECTIONS, SINGLETONS
from ..domain.lifecycle.component import ComponentStatus
from ..domain.lifecycle.spec import SpecStatus
from ..domain.model import Model
from ..domain.spec import ComponentFacts, Spec
from ..domain.words import ComponentKind
from .ports.specs import Form


class ComponentView(Model):
    """One component: what was asked for, and what is observed."""

    kind: ComponentKind
    name: str
    config: dict[str, Any] | None = Field(description="Null: no longer asked for, and still observed.")
    status: ComponentStatus
    facts: dict[str, Any] = {}


class SpecSummary(Spec):
    """A spec in a list."""

    changes_not_applied: bool = Field(
        description="Something was applied, and it is not what the spec says now."
    )


class SpecDetail(SpecSummary):
    """A whole spec."""

    form: dict[str, Any] = Field(description="The stored configuration: what an edit sends back, changed.")
    components: list[ComponentView]


class Preview(Model):
    """What a plan would run with."""

    spec_id: str
    snapshot: str = Field(description="Canonical JSON (RFC 8785); the hash is over exactly this text.")
    config_hash: str
    tfvars: dict[str, Any]


class KubeconfigView(Model):
    """A kubeconfig for people of the account; it names a program that gets the token, and holds none."""

    document: dict[str, Any] = Field(description="The file, for ``kubectl --kubeconfig``.")
    needs: str = Field(description="What must be installed, and who must be signed in.")


def summary(spec: Spec) -> SpecSummary:
    """A spec as a list shows it."""
    return SpecSummary(**spec.model_dump(), changes_not_applied=changes_not_applied(spec))


def detail(spec: Spec, form: Form, facts: Sequence[ComponentFacts]) -> SpecDetail:
    """A spec with every component that is asked for or observed."""
    return SpecDetail(
        **spec.model_dump(),
        changes_not_applied=changes_not_applied(spec),
        form=form,
        components=_components(form, facts),
    )


def changes_not_applied(spec: Spec) -> bool:
    """Whether edits wait for a plan and an apply."""
    applied = spec.applied_config_hash
    return applied is not None and applied != spec.config_hash and spec.status is not SpecStatus.DESTROYED


def _components(form: Form, facts: Sequence[ComponentFacts]) -> list[ComponentView]:
    asked: dict[tuple[ComponentKind, str], dict[str, Any]] = {
        (kind, kind.value): form[field] for kind, field in SINGLETONS.items() if form.get(field) is not None
    }
    asked |= {
        (kind, item["name"]): item for kind, field in COLLECTIONS.items() for item in form.get(field, [])
    }
    seen = {(fact.kind, fact.name): fact for fact in facts}
    nothing_yet = ComponentFacts(kind=ComponentKind.NETWORK, name="")
    views = []
    for kind, name in (*asked, *(key for key in seen if key not in asked)):
        fact = seen.get((kind, name), nothing_yet)
        views.append(
            ComponentView(
                kind=kind,
                name=name,
                config=asked.get((kind, name)),
                status=fact.status,
                facts=fact.facts,
            )
        )
    return views
