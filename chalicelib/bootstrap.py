"""The one place that wires adapters into services.

:func:`container` is the process's own, made from the environment on first use; tests and the embedded stack
put theirs in its place with :func:`use`. Every service is a cached property that imports its adapters when
first asked for: a Lambda pays at cold start only for what it serves.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from .settings import Settings, settings

if TYPE_CHECKING:
    from .services.access import Access
    from .services.attempts import Attempts
    from .services.check_digests import CheckDigests
    from .services.component_progress import ComponentProgress
    from .services.decisions import Decisions
    from .services.dispatch import Dispatch
    from .services.doorbell import Doorbell
    from .services.finalize import Finalize
    from .services.identities import Identities
    from .services.job_tokens import JobTokens
    from .services.jobs import Jobs
    from .services.logs import Logs
    from .services.lost_attempts import LostAttempts
    from .services.mark_run import MarkRun
    from .services.objects import Objects
    from .services.plan_guard import PlanGuard
    from .services.plan_review import PlanReview
    from .services.ports.clock import Clock
    from .services.ports.facts import FactStore
    from .services.ports.identities import IdentityStore
    from .services.ports.jobs import JobStore
    from .services.ports.keys import Keys
    from .services.ports.ledger import Ledger
    from .services.ports.logs import LogStore
    from .services.ports.runner_tasks import RunnerTasks
    from .services.ports.runners import Runners
    from .services.ports.runs import RunStore
    from .services.ports.specs import SpecStore
    from .services.ports.states import StateRows
    from .services.ports.store import ObjectStore
    from .services.ports.workflow import Workflow
    from .services.ports.zones import Zones
    from .services.reconcile import Reconcile
    from .services.record_plan import RecordPlan
    from .services.review import Review
    from .services.runner_choice import RunnerChoice
    from .services.runner_protocol import RunnerProtocol
    from .services.runners import RunnerCredentials
    from .services.runs import Runs
    from .services.sealed import SealedObjects
    from .services.sign_in import SignIn
    from .services.spec_reader import SpecReader
    from .services.specs import Specs
    from .services.state_admin import StateAdmin
    from .services.state_heads import StateHeads
    from .services.state_history import StateHistory
    from .services.state_reader import StateReader
    from .services.states import States
    from .services.stopped_tasks import StoppedTasks
    from .services.zones import ZoneService


class Container:
    """Every service of one deployment. `clock` can be a test's."""

    def __init__(self, settings: Settings, *, clock: "Clock | None" = None) -> None:
        self.settings = settings
        self._clock = clock

    @cached_property
    def clock(self) -> "Clock":
        """Time."""
        from .services.ports.clock import SystemClock

        return self._clock or SystemClock()

    @cached_property
    def _tables(self) -> None:
        """The row classes, pointed at this deployment's tables; every store asks for it first."""
        from .adapters.dynamodb.connection import connect

        connect(self.settings)

    # --- who is calling -----------------------------------------------------------------------------------

    @cached_property
    def sign_in(self) -> "SignIn":
        """People's sign-in tokens."""
        from .adapters.jwks import HttpKeySet
        from .services.sign_in import SignIn

        return SignIn(
            HttpKeySet(self.settings.oidc_jwks_url),
            issuer=self.settings.oidc_issuer,
            audience=self.settings.oidc_audience,
            clock=self.clock,
        )

    @cached_property
    def job_tokens(self) -> "JobTokens":
        """Tokens of running jobs."""
        from .adapters.secrets import secret_reader
        from .services.job_tokens import JobTokens

        return JobTokens(secret_reader(self.settings, self.settings.job_token_secret), self.clock)

    @cached_property
    def runner_credentials(self) -> "RunnerCredentials":
        """Runners' long-lived credentials."""
        from .services.runners import RunnerCredentials

        return RunnerCredentials(self.runners)

    @cached_property
    def access(self) -> "Access":
        """Roles in zones."""
        from .services.access import Access

        return Access(self.zone_store)

    # --- zones, identities, specs, runners ------------------------------------------------------------------

    @cached_property
    def zone_store(self) -> "Zones":
        """Rows of zones and members."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.zones import DynamoZones

        return DynamoZones()

    @cached_property
    def identity_store(self) -> "IdentityStore":
        """Rows of linked cloud accounts."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.identities import DynamoIdentities

        return DynamoIdentities()

    @cached_property
    def spec_store(self) -> "SpecStore":
        """Rows of specs and their revisions."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.specs import DynamoSpecs

        return DynamoSpecs()

    @cached_property
    def facts(self) -> "FactStore":
        """Rows of what is observed of components."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.facts import DynamoFacts

        return DynamoFacts()

    @cached_property
    def runners(self) -> "Runners":
        """Rows of registered runners."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.runners import DynamoRunners

        return DynamoRunners()

    @cached_property
    def zones(self) -> "ZoneService":
        """Workspaces."""
        from .services.zones import ZoneService

        return ZoneService(self.zone_store, self.access, self.clock)

    @cached_property
    def identities(self) -> "Identities":
        """Linked cloud accounts."""
        from .services.identities import Identities

        return Identities(self.identity_store, self.access, self.clock)

    @cached_property
    def spec_reader(self) -> "SpecReader":
        """Specs as they are now, with their snapshot and hash."""
        from .services.spec_reader import SpecReader

        return SpecReader(self.spec_store, self.identity_store)

    @cached_property
    def specs(self) -> "Specs":
        """Configurations."""
        from .services.specs import Specs

        return Specs(self.spec_store, self.spec_reader, self.facts, self.access, self.clock)

    # --- objects, states, reviews ---------------------------------------------------------------------------

    @cached_property
    def object_store(self) -> "ObjectStore":
        """The S3-compatible store of sealed objects."""
        from .adapters.s3_store import open_store

        return open_store(self.settings)

    @cached_property
    def keys(self) -> "Keys":
        """Data keys from KMS."""
        from .adapters.aws import client
        from .adapters.kms_keys import KmsKeys

        return KmsKeys(client("kms", self.settings), self.settings.kms_key_id)

    @cached_property
    def sealed_objects(self) -> "SealedObjects":
        """Objects of the store, opened and made."""
        from .adapters.crypto import AesGcm
        from .services.sealed import SealedObjects

        return SealedObjects(self.object_store, self.keys, AesGcm())

    @cached_property
    def attempts(self) -> "Attempts":
        """How attempts stand now."""
        from .services.attempts import Attempts

        return Attempts(self.job_store)

    @cached_property
    def objects(self) -> "Objects":
        """What runners may do with the store."""
        from .services.objects import Objects

        return Objects(self.object_store, self.keys, self.attempts, self._state_heads)

    @cached_property
    def state_rows(self) -> "StateRows":
        """Rows of states."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.states import DynamoStates

        return DynamoStates()

    @cached_property
    def _state_heads(self) -> "StateHeads":
        from .services.state_heads import StateHeads

        return StateHeads(self.spec_store, self.state_rows)

    @cached_property
    def state_reader(self) -> "StateReader":
        """What states hold, for finalize and failure reports."""
        from .services.state_reader import StateReader

        return StateReader(self.state_rows, self.sealed_objects)

    @cached_property
    def states(self) -> "States":
        """Lock, head and commit, for runners."""
        from .services.states import States

        return States(
            self.state_rows,
            self.object_store,
            self.sealed_objects,
            self.attempts,
            self._state_heads,
            self.clock,
        )

    @cached_property
    def state_history(self) -> "StateHistory":
        """States, for people to look at."""
        from .services.state_history import StateHistory

        return StateHistory(self.access, self.spec_store, self.state_rows, self.attempts, self.clock)

    @cached_property
    def state_admin(self) -> "StateAdmin":
        """What admins do with states."""
        from .services.state_admin import StateAdmin

        return StateAdmin(
            self.state_history, self.state_rows, self.state_reader, self.sealed_objects, self.clock
        )

    @cached_property
    def plan_review(self) -> "PlanReview":
        """Pages of a plan's review, and archived logs."""
        from .services.plan_review import PlanReview

        return PlanReview(self.access, self.job_store, self.sealed_objects)

    # --- runs, jobs and the workflow ------------------------------------------------------------------------

    @cached_property
    def job_store(self) -> "JobStore":
        """Rows of jobs."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.jobs import DynamoJobs

        return DynamoJobs()

    @cached_property
    def run_store(self) -> "RunStore":
        """Rows of runs."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.runs import DynamoRuns

        return DynamoRuns()

    @cached_property
    def log_store(self) -> "LogStore":
        """Rows of log chunks and events."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.logs import DynamoLogs

        return DynamoLogs()

    @cached_property
    def ledger(self) -> "Ledger":
        """Where transitions are made."""
        self._tables  # noqa: B018  connects
        from .adapters.dynamodb.ledger import DynamoLedger

        return DynamoLedger()

    @cached_property
    def workflow(self) -> "Workflow":
        """Step Functions."""
        from .adapters.aws import client
        from .adapters.step_functions import StepFunctions

        return StepFunctions(client("stepfunctions", self.settings), self.settings.state_machine_arn)

    @cached_property
    def runner_tasks(self) -> "RunnerTasks":
        """ECS."""
        from .adapters.aws import client
        from .adapters.ecs import EcsTasks

        return EcsTasks(client("ecs", self.settings), self.runners, self.settings)

    @cached_property
    def doorbell(self) -> "Doorbell":
        """Wakes the workflow."""
        from .services.doorbell import Doorbell

        return Doorbell(self.workflow, self.job_store, self.run_store)

    @cached_property
    def runner_choice(self) -> "RunnerChoice":
        """Which runner takes a job."""
        from .services.runner_choice import RunnerChoice

        return RunnerChoice(self.runners, self.settings.platform_runner)

    @cached_property
    def plan_guard(self) -> "PlanGuard":
        """Whether a plan still fits the world."""
        from .services.plan_guard import PlanGuard

        return PlanGuard(self.job_store, self.spec_reader, self.state_reader)

    @cached_property
    def component_progress(self) -> "ComponentProgress":
        """Components, moved by terraform's events."""
        from .providers import provider_of
        from .services.component_progress import ComponentProgress

        return ComponentProgress(self.facts, provider_of, self.clock)

    @cached_property
    def runs(self) -> "Runs":
        """Plans and destroys."""
        from .services.runs import Runs

        return Runs(
            runs=self.run_store,
            ledger=self.ledger,
            specs=self.spec_reader,
            access=self.access,
            doorbell=self.doorbell,
            tasks=self.runner_tasks,
            clock=self.clock,
            runner_choice=self.runner_choice,
        )

    @cached_property
    def decisions(self) -> "Decisions":
        """Approve and reject."""
        from .services.decisions import Decisions

        return Decisions(
            runs=self.run_store,
            ledger=self.ledger,
            guard=self.plan_guard,
            access=self.access,
            doorbell=self.doorbell,
            runner_choice=self.runner_choice,
            clock=self.clock,
        )

    @cached_property
    def jobs(self) -> "Jobs":
        """Jobs, for people."""
        from .services.jobs import Jobs

        return Jobs(
            jobs=self.job_store,
            runs=self.runs,
            ledger=self.ledger,
            specs=self.spec_reader,
            access=self.access,
            doorbell=self.doorbell,
            tasks=self.runner_tasks,
            clock=self.clock,
        )

    @cached_property
    def logs(self) -> "Logs":
        """Logs and events, for people."""
        from .services.logs import Logs

        return Logs(jobs=self.jobs, job_store=self.job_store, logs=self.log_store, clock=self.clock)

    @cached_property
    def runner_protocol(self) -> "RunnerProtocol":
        """Claim, heartbeat and report, for runners."""
        from .services.claims import Claims
        from .services.heartbeats import Heartbeats
        from .services.reports import Reports
        from .services.runner_protocol import RunnerProtocol

        return RunnerProtocol(
            Claims(
                jobs=self.job_store,
                runs=self.run_store,
                ledger=self.ledger,
                specs=self.spec_reader,
                guard=self.plan_guard,
                tokens=self.job_tokens,
                doorbell=self.doorbell,
                clock=self.clock,
            ),
            Heartbeats(
                jobs=self.job_store,
                logs=self.log_store,
                ledger=self.ledger,
                progress=self.component_progress,
                tokens=self.job_tokens,
                clock=self.clock,
            ),
            Reports(jobs=self.job_store, ledger=self.ledger, doorbell=self.doorbell, clock=self.clock),
        )

    @cached_property
    def dispatch(self) -> "Dispatch":
        """Step: get a runner."""
        from .services.dispatch import Dispatch

        return Dispatch(
            jobs=self.job_store,
            runs=self.run_store,
            ledger=self.ledger,
            tasks=self.runner_tasks,
            doorbell=self.doorbell,
            clock=self.clock,
        )

    @cached_property
    def record_plan(self) -> "RecordPlan":
        """Step: what the plan said."""
        from .services.record_plan import AutoApprove, RecordPlan

        return RecordPlan(
            runs=self.run_store,
            jobs=self.job_store,
            ledger=self.ledger,
            specs=self.spec_reader,
            decisions=self.decisions,
            clock=self.clock,
            rule=AutoApprove(self.settings.auto_approve),
        )

    @cached_property
    def review(self) -> "Review":
        """Step: wait for a person."""
        from .services.review import Review

        return Review(runs=self.run_store, ledger=self.ledger, doorbell=self.doorbell, clock=self.clock)

    @cached_property
    def check_digests(self) -> "CheckDigests":
        """Step: refuse what went stale."""
        from .services.check_digests import CheckDigests

        return CheckDigests(
            runs=self.run_store,
            jobs=self.job_store,
            ledger=self.ledger,
            guard=self.plan_guard,
            clock=self.clock,
        )

    @cached_property
    def finalize(self) -> "Finalize":
        """Step: write down what stands."""
        from .providers import provider_of
        from .services.finalize import Finalize

        return Finalize(
            runs=self.run_store,
            jobs=self.job_store,
            facts=self.facts,
            ledger=self.ledger,
            provider_of=provider_of,
            clock=self.clock,
        )

    @cached_property
    def mark_run(self) -> "MarkRun":
        """Step: end what did not reach its end."""
        from .services.mark_run import MarkRun

        return MarkRun(
            runs=self.run_store,
            jobs=self.job_store,
            ledger=self.ledger,
            progress=self.component_progress,
            clock=self.clock,
        )

    @cached_property
    def lost_attempts(self) -> "LostAttempts":
        """Ends attempts that will not report."""
        from .services.lost_attempts import LostAttempts

        return LostAttempts(
            jobs=self.job_store,
            logs=self.log_store,
            ledger=self.ledger,
            specs=self.spec_reader,
            states=self.state_reader,
            doorbell=self.doorbell,
            clock=self.clock,
        )

    @cached_property
    def stopped_tasks(self) -> "StoppedTasks":
        """Takes in the ends of containers."""
        from .services.stopped_tasks import StoppedTasks

        return StoppedTasks(jobs=self.job_store, lost=self.lost_attempts, clock=self.clock)

    @cached_property
    def reconcile(self) -> "Reconcile":
        """Looks after everything that is live."""
        from .services.reconcile import Reconcile

        return Reconcile(
            jobs=self.job_store,
            runs=self.run_store,
            workflow=self.workflow,
            lost=self.lost_attempts,
            review=self.review,
            mark_run=self.mark_run,
            doorbell=self.doorbell,
            clock=self.clock,
        )


_current: Container | None = None


def container() -> Container:
    """The process's services."""
    global _current
    if _current is None:
        _current = Container(settings())
    return _current


def use(replacement: Container | None) -> None:
    """Put another deployment's services in place (``None``: the environment's own again)."""
    global _current
    _current = replacement
