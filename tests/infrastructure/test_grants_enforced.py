"""Rights that are sufficient: the app runs as each function's role, on an emulator that refuses the rest."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from alethia.embedded import invoke
from alethia.embedded.customer_cloud.policies import Request, decision
from app import rotate_runner_credential
from cdk.grants import MAY, Right
from chalicelib import bootstrap
from chalicelib.adapters.aws import client
from chalicelib.adapters.dynamodb import connection
from chalicelib.domain.errors import NotSignedIn, Unavailable
from chalicelib.services.job_tokens import JobTokens
from chalicelib.services.runner_rotation import RotationStep
from chalicelib.settings import Settings
from tests.infrastructure.conftest import Template
from tests.infrastructure.enforced import ACCOUNT, NOT_ENFORCED, REGION, ROOT, Account, credentials, furnish
from tests.infrastructure.templates import functions, of_type
from tests.support.dynamodb import Tables
from tests.support.ministack import ministack
from tests.support.runs import World, new_world

SERVICES = "dynamodb,ecs,iam,kms,s3,secretsmanager,stepfunctions,sts"
RUN = json.loads((invoke.EVENTS / "workflow" / "record_plan.json").read_text())["run_id"]
"""The run that the samples are about."""
CONTEXT = {"zone": "z", "spec": "s", "object": "o"}


@pytest.fixture(scope="module")
def account(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with ministack(tmp_path_factory.mktemp("enforced"), SERVICES, AUTH="true") as endpoint:
        made = Account(endpoint, template)
        with credentials(*ROOT):
            furnish(made)
            connection.connect(made.settings_of("Reconcile"))
            connection.create_tables()
        yield made


def rows(account: Account, settings: Settings) -> None:
    key = {"pk": {"S": "TEST#1"}, "sk": {"S": "TEST"}}
    dynamodb = client("dynamodb", settings)
    for table in (settings.specs_table, settings.jobs_table):
        dynamodb.put_item(TableName=table, Item=key)
        dynamodb.get_item(TableName=table, Key=key)
        dynamodb.update_item(TableName=table, Key=key, UpdateExpression="REMOVE a")
        dynamodb.batch_get_item(RequestItems={table: {"Keys": [key]}})
        dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": key}}]})
        there = {"TableName": table, "Key": key, "ConditionExpression": "attribute_exists(pk)"}
        dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": there}])
        for index, partition in ((None, "pk"), ("by_zone", "zone_key")):
            where = {"KeyConditionExpression": f"{partition} = :p"}
            of_index = {"IndexName": index} if index else {}
            values = {":p": {"S": "TEST#1"}}
            dynamodb.query(TableName=table, ExpressionAttributeValues=values, **where, **of_index)
        dynamodb.delete_item(TableName=table, Key=key)


def start_runs(account: Account, settings: Settings) -> None:
    for machine in (settings.state_machine_arn, settings.worker_state_machine_arn):
        client("stepfunctions", settings).start_execution(stateMachineArn=machine, name=str(uuid.uuid4()))


def watch_runs(account: Account, settings: Settings) -> None:
    known = client("stepfunctions", settings)
    for machine in (settings.state_machine_arn, settings.worker_state_machine_arn):
        execution = f"{machine.replace(':stateMachine:', ':execution:')}:run-1"
        with pytest.raises(known.exceptions.ExecutionDoesNotExist):
            known.describe_execution(executionArn=execution)


def open_keys(account: Account, settings: Settings) -> None:
    with credentials(*ROOT):
        wrapped = client("kms", settings).generate_data_key(
            KeyId=settings.kms_key_id, KeySpec="AES_256", EncryptionContext=CONTEXT
        )["CiphertextBlob"]
    client("kms", settings).decrypt(
        KeyId=settings.kms_key_id, CiphertextBlob=wrapped, EncryptionContext=CONTEXT
    )


def data_keys(account: Account, settings: Settings) -> None:
    client("kms", settings).generate_data_key(
        KeyId=settings.kms_key_id, KeySpec="AES_256", EncryptionContext=CONTEXT
    )


def objects(account: Account, settings: Settings) -> None:
    client("s3", settings).put_object(Bucket=settings.store_bucket, Key="object", Body=b"sealed")


def read_objects(account: Account, settings: Settings) -> None:
    s3 = client("s3", settings)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=settings.store_bucket, Key="none")


def job_tokens(account: Account, settings: Settings) -> None:
    services = bootstrap.container()
    forged = JobTokens(lambda: "o" * 32, services.clock).issue("job-1", 1, "platform")
    services.job_tokens.issue("job-1", 1, "platform")
    with pytest.raises(NotSignedIn):  # after a look at what the secret was before
        services.job_tokens.verify(forged)


def cloud_tokens(account: Account, settings: Settings) -> None:
    (key,) = settings.oidc_signing_keys.split(",")
    client("kms", settings).get_public_key(KeyId=key)
    client("kms", settings).sign(KeyId=key, Message=b"m", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256")


def customer_roles(account: Account, settings: Settings) -> None:
    client("sts", settings).assume_role(RoleArn=settings.customer_access_role, RoleSessionName="test")


def git_secrets(account: Account, settings: Settings) -> None:
    vault = bootstrap.container().vault
    vault.put(f"{settings.git_secrets_prefix}/zone-1/github.com", "token")
    vault.get(f"{settings.git_secrets_prefix}/zone-1/github.com")
    vault.delete(f"{settings.git_secrets_prefix}/zone-1/github.com")


def runner_credential(account: Account, settings: Settings) -> None:
    version = str(uuid.uuid4())
    (secret,) = (arn for name, arn in secrets_of(account).items() if name.startswith("RunnerCredential"))
    versions = bootstrap.container().secret_versions
    versions.put_pending(secret, version, "platform.secret")
    versions.pending(secret, version)
    versions.promote(secret, version)


EXERCISES: dict[Right, Callable[[Account, Settings], None]] = {
    Right.ROWS: rows,
    Right.START_RUNS: start_runs,
    Right.WATCH_RUNS: watch_runs,
    Right.DATA_KEYS: data_keys,
    Right.OPEN_KEYS: open_keys,
    Right.OBJECTS: objects,
    Right.READ_OBJECTS: read_objects,
    Right.JOB_TOKENS: job_tokens,
    Right.CLOUD_TOKENS: cloud_tokens,
    Right.CUSTOMER_ROLES: customer_roles,
    Right.GIT_SECRETS: git_secrets,
    Right.RUNNER_CREDENTIAL: runner_credential,
}
"""What each right is good for, done for real. The others are judged below, or are parts of these."""

INCLUDES = {Right.DATA_KEYS: {Right.OPEN_KEYS}, Right.OBJECTS: {Right.READ_OBJECTS}}


@pytest.mark.parametrize("function", sorted(MAY))
def test_each_function_may_do_what_its_rights_are_good_for_and_no_other_functions_work(
    function: str, account: Account
) -> None:
    rights = set(MAY[function]).union(*(INCLUDES.get(right, ()) for right in MAY[function]))
    settings = account.settings_of(function)
    done = set()
    with account.acting_as(function) as refused:
        for right, exercise in EXERCISES.items():
            refused.clear()
            try:
                exercise(account, settings)
            except Exception as error:
                assert refused, f"{function} fails at something else than {right.name}: {error!r}"
            else:
                done.add(right)
    assert done == rights & set(EXERCISES)


def test_no_function_reads_a_whole_table(account: Account) -> None:
    for function in MAY:
        settings = account.settings_of(function)
        with account.acting_as(function) as refused:
            dynamodb = client("dynamodb", settings)
            for table in (settings.specs_table, settings.jobs_table):
                with pytest.raises(dynamodb.exceptions.ClientError):
                    dynamodb.scan(TableName=table)
        assert refused == ["dynamodb:Scan"] * 2


BEFORE_APPROVAL = (
    ("APIHandler", "api/get_zones.json"),
    ("APIHandler", "api/post_zones.json"),
    ("Authorizer", "authorizer/runner.json"),
    ("DispatchRunner", "workflow/dispatch_runner.json"),
    ("RecordPlan", "workflow/record_plan.json"),
    ("AwaitReview", "workflow/await_review.json"),
    ("Finalize", "workflow/finalize.json"),
    ("MarkRun", "workflow/mark_run.json"),
    ("TaskStopped", "workflow/task_stopped.json"),
    ("WorkerStack", "workflow/worker_stack.begin.json"),
    ("Reconcile", "workflow/reconcile.json"),
)
AFTER_APPROVAL = (
    ("CheckDigests", "workflow/check_digests.json"),
    ("DispatchRunner", "workflow/dispatch_runner.apply.json"),
)


def test_the_app_runs_on_the_rights_of_each_function(account: Account, issuer_folder: Path) -> None:
    """Sample events, one function after the other, about a run in real tables."""
    with credentials(*ROOT):
        settings = account.settings_of("Reconcile")
        connection.connect(settings)
        worlds = new_world(Tables(settings), issuer_folder)
        world = next(worlds)
        world.to_review()
    refused = run(account, world, BEFORE_APPROVAL)
    with credentials(*ROOT):
        connection.connect(settings)
        world.approve()
    refused |= run(account, world, AFTER_APPROVAL)
    assert refused == {}
    run_here = {function for function, _ in (*BEFORE_APPROVAL, *AFTER_APPROVAL)}
    assert run_here == set(MAY) - {"RotateRunnerCredential"}


def test_the_platforms_runner_is_registered_on_the_rights_of_the_one_function(account: Account) -> None:
    (secret,) = (arn for name, arn in secrets_of(account).items() if name.startswith("RunnerCredential"))
    version = str(uuid.uuid4())
    settings = account.settings_of("RotateRunnerCredential")
    with credentials(*ROOT):  # as Secrets Manager begins a rotation
        client("secretsmanager", settings).put_secret_value(
            SecretId=secret,
            ClientRequestToken=version,
            SecretString="platform.new",
            VersionStages=["AWSPENDING"],
        )
    with account.acting_as("RotateRunnerCredential") as refused:
        for step in RotationStep:
            event = {"Step": str(step), "SecretId": secret, "ClientRequestToken": version}
            assert rotate_runner_credential(event, None) == {"was": "pending"}
    assert refused == []
    with account.acting_as("Authorizer") as refused:
        assert bootstrap.container().runner_credentials.verify("platform.new").runner_id == "platform"
    assert refused == []


def run(account: Account, world: World, samples: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Sample → what its function was refused, of what the emulator judges as AWS does."""
    found = {}
    for function, sample in samples:
        event = json.loads((invoke.EVENTS / sample).read_text().replace(RUN, world.run_id))
        with account.acting_as(function, world.clock) as refused:
            try:
                invoke.invoke(invoke.handler_name(invoke.EVENTS / sample), event)
            except Unavailable:
                assert refused, sample  # a container, which the emulator refuses to everybody
        if said := [call for call in refused if not call.startswith(NOT_ENFORCED)]:
            found[sample] = said
    return found


JUDGED = (
    ("APIHandler", "ecs:StopTask", "task/<cluster>/abc", {"ecs:cluster": "<cluster arn>"}),
    ("APIHandler", "ecs:RunTask", "task-definition/alethia-runner:7", {"ecs:cluster": "<cluster arn>"}),
    ("DispatchRunner", "ecs:RunTask", "task-definition/alethia-runner:7", {"ecs:cluster": "<cluster arn>"}),
    ("Reconcile", "ecs:RunTask", "task-definition/alethia-runner:8", {"ecs:cluster": "<cluster arn>"}),
    ("DispatchRunner", "ecs:TagResource", "task/<cluster>/abc", {"ecs:CreateAction": "RunTask"}),
)
"""Calls that the emulator judges otherwise than AWS: by AWS's resources, with our own reading of IAM."""


@pytest.mark.parametrize(("function", "action", "resource", "context"), JUDGED)
def test_tasks_are_started_and_stopped_in_our_cluster_alone(
    function: str, action: str, resource: str, context: dict[str, str], account: Account
) -> None:
    (cluster,) = of_type(account.template, "AWS::ECS::Cluster")
    arn = account.resolved({"Fn::GetAtt": [cluster, "Arn"]})
    on = f"arn:aws:ecs:{REGION}:{ACCOUNT}:{resource.replace('<cluster>', cluster)}"
    policy = account.policy_of(functions(account.template)[function][0])
    ours = {key: value.replace("<cluster arn>", arn) for key, value in context.items()}
    assert decision([policy], Request(action, on, ours)) == "allowed"
    assert decision([policy], Request(action, on, dict.fromkeys(ours, "another"))) == "implicitDeny"


@pytest.mark.parametrize("function", [name for name, rights in sorted(MAY.items()) if Right.RING in rights])
def test_waiting_steps_are_woken_by_whoever_may_ring(function: str, account: Account) -> None:
    policy = account.policy_of(functions(account.template)[function][0])
    machine = account.settings_of(function).state_machine_arn
    assert decision([policy], Request("states:SendTaskSuccess", machine)) == "allowed"


def secrets_of(account: Account) -> dict[str, str]:
    return {name: made["Ref"] for name, made in account.made.items() if ":secret:" in made["Ref"]}
