"""Who may do what: one row for each function of the app, and what each right is in IAM's words.

A function that is packaged but stands in no row stops the synthesis: a new step begins with its rights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from cdk.constructs.acknowledged import acknowledge_wildcards
from cdk.constructs.customer_access import CustomerAccess
from cdk.constructs.functions import Functions
from cdk.constructs.issuer import Issuer
from cdk.constructs.runner import Runner
from cdk.constructs.store import Store
from cdk.constructs.tables import Tables
from cdk.constructs.workflow import Machine

PLATFORM = "platform"
"""Id of the platform's own runner: the setting's default."""


class Right(StrEnum):
    """Something that a function may do, named for what it is good for."""

    ROWS = "read and write rows; never scan"
    RUNNER_ROWS = "look up a runner's registration"
    START_RUNS = "start the state machines"
    WATCH_RUNS = "see how an execution stands"
    RING = "wake a waiting step"
    START_TASKS = "start a runner's container, and hand it the runner's roles"
    STOP_TASKS = "stop a runner's container"
    DATA_KEYS = "make a data key, and open a wrapped one"
    OPEN_KEYS = "open a wrapped data key"
    OBJECTS = "put and get objects of the store, and sign addresses for them"
    READ_OBJECTS = "get objects of the store"
    JOB_TOKENS = "sign and verify job tokens"
    CLOUD_TOKENS = "sign with the keys of our own OIDC issuer, and publish their public halves"
    CUSTOMER_ROLES = "become the role that customers' accounts let in"
    GIT_SECRETS = "keep, read and drop the tokens of linked git hosts"
    RUNNER_CREDENTIAL = "rotate the platform runner's credential, and let the new one in"
    REFUSALS = "write down in the audit trail that a credential was refused"


MAY: Mapping[str, tuple[Right, ...]] = {
    "APIHandler": (
        Right.ROWS,
        Right.START_RUNS,
        Right.RING,
        Right.START_TASKS,
        Right.STOP_TASKS,
        Right.DATA_KEYS,
        Right.OBJECTS,
        Right.JOB_TOKENS,
        Right.CLOUD_TOKENS,
        Right.CUSTOMER_ROLES,
        Right.GIT_SECRETS,
    ),
    "Authorizer": (Right.RUNNER_ROWS, Right.JOB_TOKENS, Right.REFUSALS),
    "DispatchRunner": (Right.ROWS, Right.RING, Right.START_TASKS, Right.CUSTOMER_ROLES),
    "RecordPlan": (Right.ROWS, Right.RING),
    "AwaitReview": (Right.ROWS, Right.RING),
    "CheckDigests": (Right.ROWS,),
    "Finalize": (Right.ROWS,),
    "MarkRun": (Right.ROWS,),
    "Reconcile": (
        Right.ROWS,
        Right.START_RUNS,
        Right.WATCH_RUNS,
        Right.RING,
        Right.START_TASKS,
        Right.CUSTOMER_ROLES,
        Right.OPEN_KEYS,
        Right.READ_OBJECTS,
    ),
    "RotateRunnerCredential": (Right.RUNNER_CREDENTIAL,),
    "TaskStopped": (Right.ROWS, Right.RING, Right.OPEN_KEYS, Right.READ_OBJECTS),
    "WorkerStack": (Right.ROWS, Right.CUSTOMER_ROLES),
}


READ_ITEMS = ("BatchGetItem", "GetItem")
GIT_SECRET_CALLS = [
    "CreateSecret",
    "DeleteSecret",
    "DescribeSecret",
    "GetSecretValue",
    "PutSecretValue",
    "RestoreSecret",
]
ROTATION_CALLS = ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]
WRITE_ITEMS = ("BatchWriteItem", "ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem")

TASK_IDS = "ECS gives tasks ids of its own; only those of our own cluster are meant."


class UngrantedFunction(Exception):
    """The app has a function that :data:`MAY` does not know, or the other way round."""


@dataclass(frozen=True)
class Grant:
    """One statement; `because` says why it names its resources by a pattern, if it does."""

    statement: iam.PolicyStatement
    resources: list[str]
    because: str = ""


class Grants:
    """Rights as IAM statements on one stack's resources."""

    def __init__(
        self,
        *,
        tables: Tables,
        store: Store,
        runner: Runner,
        machines: Sequence[Machine],
        customer_access: CustomerAccess,
        job_tokens: secretsmanager.ISecret,
        issuer: Issuer,
        git_secrets: str,
    ) -> None:
        self._tables = tables
        self._store = store
        self._runner = runner
        self._machines = machines
        self._customer_access = customer_access
        self._job_tokens = job_tokens
        self._issuer = issuer
        self._git_secrets = git_secrets

    def give(self, functions: Functions) -> None:
        """Give every function what its row says.

        Raises
        ------
        UngrantedFunction
            A row without a function, or a function without a row.
        """
        if odd := sorted(set(functions.by_name) ^ set(MAY)):
            raise UngrantedFunction(f"cdk/grants.py and the packaged app disagree about {', '.join(odd)}.")
        for name, rights in MAY.items():
            for right in rights:
                for grant in self.grants(right):
                    functions.allow(name, grant.statement)
                    if grant.because:
                        acknowledge_wildcards(functions.role(name), grant.resources, grant.because)

    def grants(self, right: Right) -> list[Grant]:
        """A right in IAM's words."""
        match right:
            case Right.ROWS:
                tables = [self._tables.specs.table_arn, self._tables.jobs.table_arn]
                return [
                    _allow("dynamodb", [*READ_ITEMS, *WRITE_ITEMS], tables),
                    _allow(
                        "dynamodb",
                        ["Query"],
                        [*tables, *(f"{table}/index/*" for table in tables)],
                        because="Lists are read from the tables' own indexes.",
                    ),
                ]
            case Right.RUNNER_ROWS:
                specs = [self._tables.specs.table_arn]
                return [_allow("dynamodb", ["GetItem"], specs, _partitions("RUNNER#*"))]
            case Right.START_RUNS:
                return [_allow("states", ["StartExecution"], [machine.arn for machine in self._machines])]
            case Right.WATCH_RUNS:
                executions = [machine.executions_arn for machine in self._machines]
                because = "Executions are named after runs and jobs."
                return [_allow("states", ["DescribeExecution"], executions, because=because)]
            case Right.RING:
                return [_allow("states", ["SendTaskSuccess"], [self._machines[0].arn])]
            case Right.START_TASKS:
                return self._start_tasks()
            case Right.STOP_TASKS:
                tasks = [self._tasks_arn()]
                return [_allow("ecs", ["StopTask"], tasks, self._in_our_cluster(), because=TASK_IDS)]
            case Right.DATA_KEYS:
                return [self._data_key(["Decrypt", "GenerateDataKey"])]
            case Right.OPEN_KEYS:
                return [self._data_key(["Decrypt"])]
            case Right.OBJECTS:
                return self._objects(["GetObject", "PutObject"])
            case Right.READ_OBJECTS:
                return self._objects(["GetObject"])
            case Right.JOB_TOKENS:
                return [_allow("secretsmanager", ["GetSecretValue"], [self._job_tokens.secret_arn])]
            case Right.CLOUD_TOKENS:
                return [_allow("kms", ["GetPublicKey", "Sign"], [key.key_arn for key in self._issuer.keys])]
            case Right.CUSTOMER_ROLES:
                return [_allow("sts", ["AssumeRole"], [self._customer_access.arn])]
            case Right.GIT_SECRETS:
                secrets = [self._git_secrets_arn()]
                because = "One secret for each zone and git host, made at run time, under one prefix."
                return [_allow("secretsmanager", GIT_SECRET_CALLS, secrets, because=because)]
            case Right.RUNNER_CREDENTIAL:
                specs = [self._tables.specs.table_arn]
                return [
                    _allow("secretsmanager", ROTATION_CALLS, [self._runner.credential.secret_arn]),
                    _allow("dynamodb", ["GetItem", "PutItem"], specs, _partitions(f"RUNNER#{PLATFORM}")),
                ]
            case Right.REFUSALS:
                jobs = [self._tables.jobs.table_arn]
                return [
                    # An expired job token is written into the zone of its job.
                    _allow("dynamodb", ["GetItem"], jobs, _partitions("JOB#*")),
                    _allow("dynamodb", ["PutItem"], jobs, _partitions("AUDIT#*")),
                ]

    def _start_tasks(self) -> list[Grant]:
        runner = self._runner
        return [
            _allow(
                "ecs",
                ["RunTask"],
                [runner.task_definitions_arn],
                self._in_our_cluster(),
                because="A run that waits is dispatched on the revision that it began with.",
            ),
            _allow(
                "ecs",
                ["TagResource"],
                [self._tasks_arn()],
                {"StringEquals": {"ecs:CreateAction": "RunTask"}},
                because=TASK_IDS,
            ),
            _allow(
                "iam",
                ["PassRole"],
                [runner.task_role.role_arn, runner.execution_role.role_arn],
                {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
        ]

    def _git_secrets_arn(self) -> str:
        return Stack.of(self._tables).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{self._git_secrets}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def _in_our_cluster(self) -> dict[str, dict[str, str]]:
        return {"ArnEquals": {"ecs:cluster": self._runner.cluster.cluster_arn}}

    def _tasks_arn(self) -> str:
        cluster = self._runner.cluster
        return Stack.of(cluster).format_arn(
            service="ecs", resource="task", resource_name=f"{cluster.cluster_name}/*"
        )

    def _data_key(self, actions: list[str]) -> Grant:
        """Only for an object of a spec of a zone: the context that every envelope is bound to."""
        named = {f"kms:EncryptionContext:{part}": "false" for part in ("zone", "spec", "object")}
        return _allow("kms", actions, [self._store.data_key.key_arn], {"Null": named})

    def _objects(self, actions: list[str]) -> list[Grant]:
        """On our bucket; on somebody else's store, the keys to it are what is needed."""
        if self._store.bucket:
            because = (
                "The bucket holds the store's objects and nothing else; their names are made at run time."
            )
            return [
                _allow("s3", actions, [self._store.bucket.arn_for_objects("*")], because=because),
                # Without it, S3 answers 403 for an object that is not there; nothing is ever listed.
                _allow("s3", ["ListBucket"], [self._store.bucket.bucket_arn]),
            ]
        return self._store_keys()

    def _store_keys(self) -> list[Grant]:
        if self._store.secret is None:
            return []
        # Secrets Manager adds six characters to the name of every secret.
        return [_allow("secretsmanager", ["GetSecretValue"], [f"{self._store.secret.secret_arn}-??????"])]


def _partitions(pattern: str) -> dict[str, dict[str, list[str]]]:
    """Only items whose partition key is like `pattern`."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [pattern]}}


def _allow(
    service: str,
    actions: list[str],
    resources: list[str],
    conditions: Mapping[str, object] | None = None,
    *,
    because: str = "",
) -> Grant:
    statement = iam.PolicyStatement(
        actions=[f"{service}:{action}" for action in actions],
        resources=resources,
        conditions=conditions,
    )
    return Grant(statement, resources, because)
