"""What the CDK stack creates in AWS, created in the emulated one.

Everything is found first and made only when it is missing, as this runs at each start over the data of the
last. Addresses change from start to start: the environment of the functions and the state machine are
therefore written anew each time.
"""

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.dynamodb import connection
from chalicelib.settings import Settings

from .emulated_aws import ACCOUNT, REGION
from .errors import StackError
from .processes import PROJECT
from .shim import WARM

Clients = Callable[[str], Any]

MACHINES = PROJECT / "cdk" / "state_machines"
PLAN_REVIEW_APPLY = "plan_review_apply"
WORKER_STACK = "worker_stack"
"""Names of the state machines' files."""

WAIT_SECONDS = 1
"""How long a Wait state waits, whatever the file says: what it waits for is quick on one machine."""

BUCKET = "alethia-store"
KEY_ALIAS = "alias/alethia"
SIGNING_KEY_ALIAS = "alias/alethia-oidc"
JOB_TOKEN_SECRET = "alethia/job-token"  # noqa: S105  (a secret's name)
RUNNER_SECRET = "alethia/runner-credential"  # noqa: S105
CLUSTER = "alethia"
TASK_FAMILY = "alethia-runner"
WORKER_IMAGE = "alethia-runner:embedded"
"""What runners in customers' accounts are said to run; the agent runs this working copy."""
ROLE = f"arn:aws:iam::{ACCOUNT}:role/alethia-embedded"

CONTAINER = "runner"


def state_machine_arn(machine: str) -> str:
    """Known before it exists: the functions need it in their environment."""
    return f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:alethia-{machine.replace('_', '-')}"


def function_arn(name: str) -> str:
    """The address of a function."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:alethia-{name}"


def storage(clients: Clients, settings: Settings) -> None:
    """Both tables and the store's bucket."""
    connection.connect(settings)
    connection.create_tables()
    s3 = clients("s3")
    if settings.store_bucket not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(
            Bucket=settings.store_bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )


def encryption_key(clients: Clients) -> str:
    """The ARN of the key that wraps every object's data key."""
    return _key(clients, KEY_ALIAS, Description="Alethia: states, plans, reviews and logs")


def signing_key(clients: Clients) -> str:
    """The ARN of the RSA key that signs the tokens of our own OIDC issuer."""
    return _key(
        clients,
        SIGNING_KEY_ALIAS,
        Description="Alethia: tokens for linked accounts",
        KeySpec="RSA_2048",
        KeyUsage="SIGN_VERIFY",
    )


def _key(clients: Clients, alias: str, **kind: str) -> str:
    """The key behind an alias, made the first time."""
    kms = clients("kms")
    for page in kms.get_paginator("list_aliases").paginate():
        for found in page["Aliases"]:
            if found["AliasName"] == alias:
                return str(kms.describe_key(KeyId=found["TargetKeyId"])["KeyMetadata"]["Arn"])
    key = kms.create_key(**kind)["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return str(key["Arn"])


def secret(clients: Clients, name: str, *, prefix: str = "") -> tuple[str, str]:
    """ARN and value of a secret; `prefix` and something random the first time."""
    vault = clients("secretsmanager")
    try:
        arn = str(vault.describe_secret(SecretId=name)["ARN"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        value = prefix + secrets.token_urlsafe(48)
        arn = str(vault.create_secret(Name=name, SecretString=value)["ARN"])
    return arn, str(vault.get_secret_value(SecretId=name)["SecretString"])


def cluster(clients: Clients) -> None:
    """The cluster that runner tasks are started in."""
    clients("ecs").create_cluster(clusterName=CLUSTER)


def task_definition(clients: Clients, *, credential_arn: str) -> str:
    """The runner's task definition; a new revision only when something in it changed."""
    ecs = clients("ecs")
    container = {
        "name": CONTAINER,
        "image": "alethia-runner",
        "essential": True,
        "stopTimeout": 120,
        "secrets": [{"name": "ALETHIA_RUNNER_CREDENTIAL", "valueFrom": credential_arn}],
    }
    try:
        present = ecs.describe_task_definition(taskDefinition=TASK_FAMILY)["taskDefinition"]
        found = present["containerDefinitions"][0]
        if all(found.get(name) == value for name, value in container.items()):
            return str(present["taskDefinitionArn"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ClientException", "ResourceNotFoundException"):
            raise
    made = ecs.register_task_definition(
        family=TASK_FAMILY,
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="1024",
        memory="2048",
        containerDefinitions=[container],
    )
    return str(made["taskDefinition"]["taskDefinitionArn"])


def handlers() -> dict[str, str]:
    """Every event handler of the app: its name in the CDK stack and the state machine → in ``app.py``."""
    from app import app

    return {
        "".join(part.capitalize() for part in function.name.split("_")): function.handler_string.split(".")[
            -1
        ]
        for function in app.pure_lambda_functions
    }


def functions(clients: Clients, environ: Mapping[str, str]) -> None:
    """One function for each event handler; `environ` is what its settings are made of."""
    for name, handler in handlers().items():
        _function(clients("lambda"), name, handler, environ)


def warm(clients: Clients, names: Iterable[str]) -> None:
    """Let functions import the app now, so that the first click does not wait for it."""
    for name in names:
        clients("lambda").invoke(FunctionName=f"alethia-{name}", Payload=json.dumps(WARM).encode())


def _function(client: Any, name: str, handler: str, environ: Mapping[str, str]) -> None:
    full_name = f"alethia-{name}"
    code = _shim(handler)
    settings = {
        "Handler": "shim.handle",
        "Runtime": "python3.12",
        "Role": ROLE,
        "Timeout": 60,
        "MemorySize": 512,
        "Environment": {"Variables": dict(environ)},
    }
    try:
        client.get_function_configuration(FunctionName=full_name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        client.create_function(FunctionName=full_name, Code={"ZipFile": code}, **settings)
        return
    client.update_function_code(FunctionName=full_name, ZipFile=code)
    client.update_function_configuration(FunctionName=full_name, **settings)


def _shim(handler: str) -> bytes:
    """A deployment package that runs the app from this working copy."""
    source = (
        "import sys\n"
        f"sys.path.insert(0, {str(PROJECT)!r})\n"
        f"from app import {handler} as handler\n"
        "from alethia.embedded.shim import call\n\n\n"
        "def handle(event, context):\n"
        "    return call(handler, event, context)\n"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(zipfile.ZipInfo("shim.py", (2020, 1, 1, 0, 0, 0)), source)
    return packed.getvalue()


def state_machines(clients: Clients) -> None:
    """The same ASL files as the deployment's, filled in with this stack's functions."""
    substitutions = {f"{name}Arn": function_arn(name) for name in handlers()}
    for file in MACHINES.glob("*.asl.json"):
        _state_machine(
            clients("stepfunctions"),
            state_machine_arn(file.name.removesuffix(".asl.json")),
            hurried(fill(file.read_text(), substitutions)),
        )


def _state_machine(states: Any, arn: str, definition: str) -> None:
    try:
        states.describe_state_machine(stateMachineArn=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "StateMachineDoesNotExist":
            raise
        states.create_state_machine(name=arn.rsplit(":", 1)[-1], definition=definition, roleArn=ROLE)
    else:
        states.update_state_machine(stateMachineArn=arn, definition=definition)


def hurried(definition: str) -> str:
    """The machine with every fixed wait cut to :data:`WAIT_SECONDS`."""
    machine = json.loads(definition)
    for state in machine["States"].values():
        if state["Type"] == "Wait" and "Seconds" in state:
            state["Seconds"] = min(state["Seconds"], WAIT_SECONDS)
    return json.dumps(machine)


def fill(template: str, substitutions: Mapping[str, str]) -> str:
    """Replace each ``${Name}``; a name without a value is an error, not an empty text."""
    for name, value in substitutions.items():
        template = template.replace(f"${{{name}}}", value)
    if "${" in template:
        left = template.split("${", 1)[1].split("}", 1)[0]
        raise StackError(f"The state machine wants ${{{left}}}, which the embedded stack does not fill in.")
    return template
