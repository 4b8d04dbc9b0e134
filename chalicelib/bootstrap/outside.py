"""What stands outside the services: time, tables, the store, keys, AWS."""

from functools import cached_property
from typing import TYPE_CHECKING

from ..settings import Settings

if TYPE_CHECKING:
    from ..adapters.customer_clients import CustomerClients
    from ..services.ports.audit import AuditStore
    from ..services.ports.clock import Clock
    from ..services.ports.customer_aws import CustomerAws
    from ..services.ports.customer_stacks import CustomerStacks
    from ..services.ports.facts import FactStore
    from ..services.ports.git import GitHosts, GitLinkStore, Vault
    from ..services.ports.identities import IdentityStore
    from ..services.ports.invitations import Invitations
    from ..services.ports.jobs import JobStore
    from ..services.ports.keys import Keys
    from ..services.ports.ledger import Ledger
    from ..services.ports.logs import LogStore
    from ..services.ports.metrics import Metrics
    from ..services.ports.queue import RunnerQueues
    from ..services.ports.runner_tasks import RunnerTasks
    from ..services.ports.runners import Runners
    from ..services.ports.runs import RunStore
    from ..services.ports.secret_versions import SecretVersions
    from ..services.ports.signing import SigningKeys
    from ..services.ports.specs import SpecStore
    from ..services.ports.states import StateRows
    from ..services.ports.store import ObjectStore
    from ..services.ports.workflow import Workflow
    from ..services.ports.zones import Members, Zones


class Outside:
    """What stands outside the services: time, tables, the store, keys, AWS."""

    def __init__(self, settings: Settings, *, clock: "Clock | None" = None) -> None:
        self.settings = settings
        self._clock = clock

    @cached_property
    def clock(self) -> "Clock":
        """Time."""
        from ..services.ports.clock import SystemClock

        return self._clock or SystemClock()

    @cached_property
    def _tables(self) -> None:
        """The row classes, pointed at this deployment's tables; every store asks for it first."""
        from ..adapters.dynamodb.connection import connect

        connect(self.settings)

    @cached_property
    def zone_store(self) -> "Zones":
        """Rows of zones."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.zones import DynamoZones

        return DynamoZones()

    @cached_property
    def member_store(self) -> "Members":
        """Rows of the people in zones."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.members import DynamoMembers

        return DynamoMembers()

    @cached_property
    def invitation_store(self) -> "Invitations":
        """Rows of invitations."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.invitations import DynamoInvitations

        return DynamoInvitations()

    @cached_property
    def identity_store(self) -> "IdentityStore":
        """Rows of linked cloud accounts."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.identities import DynamoIdentities

        return DynamoIdentities()

    @cached_property
    def git_link_store(self) -> "GitLinkStore":
        """Rows of linked git hosts."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.git_links import DynamoGitLinks

        return DynamoGitLinks()

    @cached_property
    def git_hosts(self) -> "GitHosts":
        """GitHub and GitLab."""
        from ..adapters.git_hosts import HttpGitHosts, read_urls

        return HttpGitHosts(read_urls(self.settings.git_host_urls))

    @cached_property
    def vault(self) -> "Vault":
        """Secrets Manager, for what people gave us to keep."""
        from ..adapters.aws import client
        from ..adapters.secrets import SecretsVault

        return SecretsVault(client("secretsmanager", self.settings))

    @cached_property
    def secret_versions(self) -> "SecretVersions":
        """Secrets Manager, for what it rotates."""
        from ..adapters.aws import client
        from ..adapters.secret_versions import SecretsManagerVersions

        return SecretsManagerVersions(client("secretsmanager", self.settings))

    @cached_property
    def audit_store(self) -> "AuditStore":
        """Rows of the audit trail."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.audit import DynamoAudit

        return DynamoAudit()

    @cached_property
    def spec_store(self) -> "SpecStore":
        """Rows of specs and their revisions."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.specs import DynamoSpecs

        return DynamoSpecs()

    @cached_property
    def facts(self) -> "FactStore":
        """Rows of what is observed of components."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.facts import DynamoFacts

        return DynamoFacts()

    @cached_property
    def runners(self) -> "Runners":
        """Rows of registered runners."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.runners import DynamoRunners

        return DynamoRunners()

    @cached_property
    def runner_queues(self) -> "RunnerQueues":
        """What waits for runners."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.queue import DynamoQueues

        return DynamoQueues()

    @cached_property
    def job_store(self) -> "JobStore":
        """Rows of jobs."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.jobs import DynamoJobs

        return DynamoJobs()

    @cached_property
    def run_store(self) -> "RunStore":
        """Rows of runs."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.runs import DynamoRuns

        return DynamoRuns()

    @cached_property
    def log_store(self) -> "LogStore":
        """Rows of log chunks and events."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.logs import DynamoLogs

        return DynamoLogs()

    @cached_property
    def ledger(self) -> "Ledger":
        """Where transitions are made, and counted."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.ledger import DynamoLedger
        from ..services.counted_ledger import CountedLedger

        return CountedLedger(DynamoLedger(), self.job_store, self.metrics)

    @cached_property
    def metrics(self) -> "Metrics":
        """Numbers for the deployment's operator."""
        from ..adapters.metrics import EmfMetrics

        return EmfMetrics(self.settings.deployment_name)

    @cached_property
    def state_rows(self) -> "StateRows":
        """Rows of states."""
        self._tables  # noqa: B018  connects
        from ..adapters.dynamodb.states import DynamoStates

        return DynamoStates()

    @cached_property
    def object_store(self) -> "ObjectStore":
        """The S3-compatible store of sealed objects."""
        from ..adapters.s3_store import open_store

        return open_store(self.settings)

    @cached_property
    def keys(self) -> "Keys":
        """Data keys from KMS."""
        from ..adapters.aws import client
        from ..adapters.kms_keys import KmsKeys

        return KmsKeys(client("kms", self.settings), self.settings.kms_key_id)

    @cached_property
    def signing_keys(self) -> "SigningKeys":
        """KMS keys that sign."""
        from ..adapters.aws import client
        from ..adapters.kms_signing import KmsSigningKeys

        return KmsSigningKeys(client("kms", self.settings))

    @cached_property
    def workflow(self) -> "Workflow":
        """Step Functions."""
        from ..adapters.aws import client
        from ..adapters.step_functions import StepFunctions
        from ..services.execution_input import Links

        return StepFunctions(
            client("stepfunctions", self.settings),
            self.settings.state_machine_arn,
            self.settings.worker_state_machine_arn,
            Links(self.settings.console_url, self.settings.public_api_url),
        )

    @cached_property
    def runner_tasks(self) -> "RunnerTasks":
        """ECS."""
        from ..adapters.aws import client
        from ..adapters.ecs import EcsTasks

        return EcsTasks(client("ecs", self.settings), self.customer_clients, self.runners, self.settings)

    @cached_property
    def customer_clients(self) -> "CustomerClients":
        """Clients that act in customers' accounts."""
        from ..adapters.customer_clients import CustomerClients

        return CustomerClients(self.customer_aws, self.clock, self.settings)

    @cached_property
    def customer_stacks(self) -> "CustomerStacks":
        """Runners' stacks in customers' accounts."""
        from ..adapters.customer_stacks import CloudFormationStacks

        return CloudFormationStacks(self.customer_clients)

    @cached_property
    def customer_aws(self) -> "CustomerAws":
        """Customers' AWS accounts."""
        from ..adapters.customer_aws import CustomerSts, sts_clients

        return CustomerSts(sts_clients(self.settings), self.settings.control_plane_principal)
