"""What a reviewer looks at: counts, groups, and each resource with its attribute-level changes.

:mod:`chalicelib.domain.plan_json` makes these from ``terraform show -json``; nothing here holds a value that
terraform marks sensitive.
"""

from enum import StrEnum

from .components import JsonValue
from .job import Diagnostic
from .model import Model
from .snapshot import canonical_json, sha256_hex
from .words import ComponentKind


class Action(StrEnum):
    """What terraform would do to one resource. A replacement counts as itself."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DESTROY = "destroy"
    READ = "read"
    FORGET = "forget"
    """Leave the resource standing and drop it from the state."""
    NO_OP = "no-op"


class Counts(Model):
    """Resources by action."""

    create: int = 0
    update: int = 0
    replace: int = 0
    destroy: int = 0

    @property
    def total(self) -> int:
        """Resources that an apply would touch."""
        return self.create + self.update + self.replace + self.destroy


class Group(Model):
    """Resources of one service, under a name that people know, such as ``AWS EKS``."""

    name: str
    counts: Counts


class PlanSummary(Model):
    """Enough for a list and for the summary bar; known as soon as terraform's plan ends."""

    counts: Counts = Counts()
    groups: list[Group] = []
    outputs_changed: int = 0


class AttributeChange(Model):
    """One attribute of one resource.

    ``before`` and ``after`` are JSON values, or ``None`` with ``sensitive`` or ``unknown`` set.
    """

    path: str
    """Such as ``tags.team`` or ``ingress[0].from_port``."""
    before: JsonValue = None
    after: JsonValue = None
    sensitive: bool = False
    unknown: bool = False
    """Known only after the apply."""
    forces_replacement: bool = False


class ResourceChange(Model):
    """One resource of the plan, ready to be shown."""

    address: str
    resource_type: str
    group: str
    action: Action
    component_kind: ComponentKind | None = None
    component_name: str | None = None
    reason: str | None = None
    """terraform's own ``action_reason``, in words."""
    monthly_cost: float | None = None
    attributes: list[AttributeChange] = []


class ReviewPage(Model):
    """One page of the review: at most 1 MB as JSON, resources ordered by group and address."""

    number: int
    pages: int
    resources: list[ResourceChange]
    drift: list[ResourceChange] = []
    """What changed behind terraform's back, without null and empty noise; on the first page."""


class CostEstimate(Model):
    """Monthly cost in US dollars, or the reason why there is none."""

    monthly_usd: float | None = None
    not_estimated: str | None = None


class StoredObject(Model):
    """An immutable, encrypted object in the store.

    ``key`` ends in the sha256 of the stored bytes, so that no upload can replace another's object.
    """

    key: str
    sha256: str
    size: int
    """Bytes as stored."""


class PlanManifest(Model):
    """Everything that an approval is bound to. Any digest that differs at apply time refuses the apply."""

    config_hash: str
    plan_sha256: str
    """Of terraform's plan file in clear."""
    template_digest: str
    provider_lock_digest: str
    terraform_version: str
    state_lineage: str | None
    """``None`` where nothing exists yet."""
    state_serial: int
    artifact: StoredObject
    """One archive: plan file, lock file and this manifest (without this field)."""

    @property
    def digest(self) -> str:
        """The one name of this plan: what a person who approves it says they saw."""
        return sha256_hex(canonical_json(self.model_dump(mode="json")))


class PlanResult(Model):
    """What a PLAN job's runner reports."""

    manifest: PlanManifest
    summary: PlanSummary
    has_changes: bool
    review: list[StoredObject] = []
    """The pages of the review, in order."""
    cost: CostEstimate
    warnings: list[Diagnostic] = []
    """terraform's own, each once: a reviewer should know of them."""
