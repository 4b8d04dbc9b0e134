"""Which steps each job type has: one table, walked from top to bottom.

A step is a function of the job's context. It raises when it can't go on; what it leaves for later steps is a
field of the context. ``collect`` runs whatever happened before it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.words import JobType, Phase

from ..context import JobContext
from . import account, bootstrap, collect, cost, deploy, destroy, plan, prepare


@dataclass(frozen=True)
class Step:
    """One step: its name in errors, the phase of its log lines, and what it does."""

    name: str
    phase: Phase
    run: Callable[[JobContext], None]


SNAPSHOT = Step("snapshot", Phase.PREPARE, prepare.snapshot)
CREDENTIALS = Step("credentials", Phase.PREPARE, prepare.credentials)
WORKSPACE = Step("init", Phase.INIT, prepare.workspace)
TFVARS = Step("tfvars", Phase.PREPARE, prepare.tfvars)
COLLECT = Step("collect", Phase.COLLECT, collect.collect)

STEPS: dict[JobType, tuple[Step, ...]] = {
    JobType.CONNECTION_TEST: (
        Step("connect", Phase.INSPECT, account.connect),
        Step("permissions", Phase.INSPECT, account.permissions),
    ),
    JobType.FETCH_RESOURCES: (Step("resources", Phase.INSPECT, account.resources),),
    JobType.BOOTSTRAP: (
        SNAPSHOT,
        CREDENTIALS,
        Step("store", Phase.INSPECT, bootstrap.store),
        Step("lock", Phase.INSPECT, bootstrap.lock),
        TFVARS,
        WORKSPACE,
        Step("validate", Phase.INSPECT, bootstrap.validate),
        Step("repositories", Phase.INSPECT, bootstrap.repositories),
    ),
    JobType.PLAN: (
        SNAPSHOT,
        CREDENTIALS,
        TFVARS,
        WORKSPACE,
        Step("plan", Phase.PLAN, plan.plan),
        Step("cost", Phase.PLAN, cost.estimate),
        Step("artifact", Phase.PLAN, plan.store),
    ),
    JobType.DEPLOY: (
        SNAPSHOT,
        Step("artifact", Phase.PREPARE, deploy.fetch),
        CREDENTIALS,
        WORKSPACE,
        Step("digests", Phase.PREPARE, deploy.verify),
        Step("apply", Phase.APPLY, deploy.apply),
    ),
    JobType.DESTROY: (
        SNAPSHOT,
        CREDENTIALS,
        TFVARS,
        WORKSPACE,
        Step("cleanup", Phase.DESTROY, destroy.clean_up_cluster),
        Step("destroy", Phase.DESTROY, destroy.destroy),
    ),
}
