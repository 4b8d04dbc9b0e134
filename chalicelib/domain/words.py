"""The closed vocabularies of the domain: the words that rows, messages and people share."""

from enum import StrEnum


class CloudProvider(StrEnum):
    """A cloud that accounts can be linked from. Specs take those that ``providers`` has a file for."""

    AWS = "aws"
    GCP = "gcp"
    AZURE = "azure"


class Stage(StrEnum):
    """Environment stage: names, sizing defaults and the state path follow it."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class JobType(StrEnum):
    """A unit of work for one runner. What each may do is one row in :data:`chalicelib.domain.job.RULES`."""

    CONNECTION_TEST = "CONNECTION_TEST"
    FETCH_RESOURCES = "FETCH_RESOURCES"
    BOOTSTRAP = "BOOTSTRAP"
    PLAN = "PLAN"
    DEPLOY = "DEPLOY"
    DESTROY = "DESTROY"
    DEPLOY_WORKER = "DEPLOY_WORKER"
    DESTROY_WORKER = "DESTROY_WORKER"


class ComponentKind(StrEnum):
    """The parts of a spec, in the order in which people read them."""

    NETWORK = "network"
    CLUSTER = "cluster"
    DNS = "dns"
    REPOSITORIES = "repositories"
    DATABASE = "database"
    CACHE = "cache"
    QUEUE = "queue"
    TOPIC = "topic"
    NOSQL_TABLE = "nosql_table"
    CONTAINER_REGISTRY = "container_registry"
    STORAGE_BUCKET = "storage_bucket"
    SECRET = "secret"  # noqa: S105 - a word, not a secret


class Role(StrEnum):
    """What a member may do in a zone; each role includes the ones before it."""

    VIEWER = "viewer"
    PLANNER = "planner"
    APPROVER = "approver"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do whatever `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Phase(StrEnum):
    """The part of a job that a log line belongs to."""

    PREPARE = "prepare"
    INSPECT = "inspect"
    """Looking at what is there: a connection, a cloud's resources, a workspace."""
    STACK = "stack"
    """CloudFormation makes, changes or removes a runner's stack."""
    INIT = "init"
    PLAN = "plan"
    APPLY = "apply"
    DESTROY = "destroy"
    COLLECT = "collect"


class Stream(StrEnum):
    """Where a log line came from: terraform's two streams, the runner itself, or the control plane."""

    STDOUT = "stdout"
    STDERR = "stderr"
    RUNNER = "runner"
    CONTROL_PLANE = "control-plane"
