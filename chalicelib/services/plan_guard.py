"""Whether a reviewed plan still fits the world as it is now. Asked at approval and before the apply."""

from dataclasses import dataclass

from ..domain.errors import StalePlan
from ..domain.plan import PlanManifest
from ..domain.snapshot import changed_fields
from ..domain.spec import Spec
from .ports.jobs import JobStore
from .ports.metrics import Metric, Metrics
from .ports.spec_reader import SpecReader
from .ports.state_reader import HeadReader

NO_ARTIFACT = "The plan has no recorded artifact, so there is nothing to apply. Please re-plan."
OTHER_PLAN = "The plan that was reviewed is not the plan of this run. Please review it again."
CONFIGURATION_CHANGED = "Configuration has changed since the plan was generated. Please re-plan."


@dataclass(frozen=True)
class FreshPlan:
    """A plan that may be applied, with the spec row and the frozen text that this was judged by."""

    spec: Spec
    manifest: PlanManifest
    snapshot: str


class PlanGuard:
    """Compares every digest of a plan with what it should be now."""

    def __init__(self, jobs: JobStore, specs: SpecReader, states: HeadReader, metrics: Metrics) -> None:
        self._metrics = metrics
        self._jobs = jobs
        self._specs = specs
        self._states = states

    def require_fresh(self, plan_job_id: str, digest: str | None) -> FreshPlan:
        """The plan, if it is the one named by `digest` and nothing moved since (:class:`StalePlan`)."""
        try:
            return self._fresh(plan_job_id, digest)
        except StalePlan:
            self._metrics.count(Metric.STALE_REFUSED)
            raise

    def _fresh(self, plan_job_id: str, digest: str | None) -> FreshPlan:
        plan = self._jobs.plan(plan_job_id)
        frozen = self._jobs.snapshot(plan_job_id)
        if plan is None or plan.result is None or frozen is None:
            raise _stale(
                "The plan has no recorded artifact, so there is nothing to apply. Please re-plan.", "artifact"
            )
        manifest = plan.result.manifest
        if not digest or digest != plan.digest or digest != manifest.digest:
            raise _stale(
                "The plan that was reviewed is not the plan of this run. Please review it again.", "plan"
            )
        if not manifest.artifact.key or manifest.artifact.size <= 0:
            raise _stale(NO_ARTIFACT, "artifact")
        spec, text, now = self._specs.snapshot(self._spec_of(plan_job_id))
        if now != manifest.config_hash:
            raise StalePlan(CONFIGURATION_CHANGED, details={"changed": changed_fields(frozen, text)})
        self._require_state_unmoved(spec, manifest)
        return FreshPlan(spec=spec, manifest=manifest, snapshot=frozen)

    def _spec_of(self, job_id: str) -> str:
        job = self._jobs.get(job_id)
        assert job is not None, "a plan's row stands beside its job's"
        return job.of_spec

    def _require_state_unmoved(self, spec: Spec, manifest: PlanManifest) -> None:
        head = self._states.head(spec.zone_id, spec.state_name)
        version = head.version if head else None
        lineage, serial = (version.lineage, version.serial) if version else (None, 0)
        if lineage != manifest.state_lineage or (lineage is not None and serial != manifest.state_serial):
            raise _stale(
                "The terraform state has changed since the plan was generated "
                f"(it is at serial {serial}; the plan saw {manifest.state_serial}). Please re-plan.",
                "state",
            )


def _stale(sentence: str, changed: str) -> StalePlan:
    return StalePlan(sentence, details={"changed": [changed]})
