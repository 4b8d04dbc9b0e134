"""An emulated AWS account in which the template's roles exist, and hold.

ministack with ``AUTH=true`` refuses what a caller's policies don't allow. Not all of IAM is played there: the
conditions in :data:`NOT_PLAYED` are taken out of the policies, and what :data:`NOT_ENFORCED` names is judged
without it, in ``test_grants_enforced.py``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import botocore.client
import botocore.session
from botocore.exceptions import ClientError

from chalicelib import bootstrap
from chalicelib.adapters import aws, s3_store
from chalicelib.adapters.dynamodb import connection
from chalicelib.services.ports.clock import Clock
from chalicelib.settings import Settings, from_environment
from tests.infrastructure.conftest import Template
from tests.infrastructure.templates import functions, of_type, statements_of_role

ACCOUNT, REGION = "000000000000", "eu-west-1"
ROOT = ("test", "test")
"""ministack takes this key for the account's owner."""

NOT_PLAYED = ("kms:EncryptionContext:",)
NOT_ENFORCED = ("ecs:", "states:SendTaskSuccess")
"""Calls that it judges by other resources than AWS does."""

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
}


def root(service: str, endpoint: str) -> Any:
    """A client of the account's owner."""
    return _client(service, endpoint, *ROOT)


LOADER = botocore.session.get_session().get_component("data_loader")
"""Reads each service's model once; botocore would for every session."""


def session(*arguments: Any) -> botocore.session.Session:
    """A botocore session, made quickly."""
    made = botocore.session.Session(*arguments)
    made.register_component("data_loader", LOADER)
    return made


def _client(service: str, endpoint: str, key: str, secret: str) -> Any:
    made: Any = session()
    return made.create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


@dataclass
class Account:
    """The account; `made` is what stands behind the template's logical ids."""

    endpoint: str
    template: Template
    made: dict[str, dict[str, str]] = field(default_factory=dict)

    def resolved(self, value: Any) -> Any:
        """A value of the template, with CloudFormation's functions worked out."""
        match value:
            case {"Ref": name}:
                return PSEUDO.get(name) or self._known(name)["Ref"]
            case {"Fn::GetAtt": [name, attribute]}:
                return self._known(name).get(attribute, f"{name}.{attribute}")
            case {"Fn::Join": [between, parts]}:
                return str(between).join(str(self.resolved(part)) for part in parts)
            case dict():
                return {key: self.resolved(inner) for key, inner in value.items()}
            case list():
                return [self.resolved(inner) for inner in value]
        return value

    def _known(self, name: str) -> dict[str, str]:
        return self.made.get(name) or {"Ref": name, "Arn": f"arn:aws:made-up:{REGION}:{ACCOUNT}:{name}"}

    def policy_of(self, role: str) -> dict[str, Any]:
        """What a role (by its logical id) may do, as the emulator can play it."""
        said = self.resolved(statements_of_role(self.template, role))
        return {"Version": "2012-10-17", "Statement": [_played(statement) for statement in said]}

    def settings_of(self, function: str) -> Settings:
        """What a function is told, and where the emulator is."""
        told = self.resolved(functions(self.template)[function][1]["Environment"]["Variables"])
        return from_environment(told).model_copy(update={"aws_endpoint_url": self.endpoint})

    @contextmanager
    def acting_as(self, function: str, clock: Clock | None = None) -> Iterator[list[str]]:
        """The app's own services with the role and the settings of one function; collects what is refused."""
        keys = root("sts", self.endpoint).assume_role(
            RoleArn=self.made[functions(self.template)[function][0]]["Arn"], RoleSessionName="test"
        )["Credentials"]
        variables = {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }
        before = bootstrap.container()
        quickly = patch("botocore.session.get_session", session)
        with patch.dict("os.environ", variables), quickly, credentials(None, None), refusals() as refused:
            bootstrap.use(bootstrap.Container(self.settings_of(function), clock=clock))
            try:
                yield refused
            finally:
                bootstrap.use(before)
        connection.connect(before.settings)


def _played(statement: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {
        operator: {key: value for key, value in keys.items() if not key.startswith(NOT_PLAYED)}
        for operator, keys in statement.get("Condition", {}).items()
    }
    return {**statement, "Condition": {operator: keys for operator, keys in conditions.items() if keys}}


@contextmanager
def credentials(key: str | None, secret: str | None) -> Iterator[None]:
    """What the app's clients show to the emulator; without, the environment's."""
    modules = (aws, connection, s3_store)
    before = aws.EMULATOR_CREDENTIALS
    for module in modules:
        module.EMULATOR_CREDENTIALS = (key, secret)  # type: ignore[attr-defined]
    connection._pointed_at = None  # the next connection is another person's
    try:
        yield
    finally:
        for module in modules:
            module.EMULATOR_CREDENTIALS = before  # type: ignore[attr-defined]
        connection._pointed_at = None


@contextmanager
def refusals() -> Iterator[list[str]]:
    """Every call that is refused while this lasts, whoever swallows the error: ``kms:Decrypt``."""
    refused: list[str] = []
    asked = botocore.client.BaseClient._make_api_call

    def ask(self: Any, operation: str, parameters: dict[str, Any]) -> Any:
        try:
            return asked(self, operation, parameters)
        except ClientError as error:
            answer = error.response
            status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status == 403 or "AccessDenied" in answer["Error"].get("Code", ""):
                refused.append(f"{self.meta.service_model.signing_name}:{operation}")
            raise

    with patch.object(botocore.client.BaseClient, "_make_api_call", ask):
        yield refused


def furnish(account: Account) -> None:
    """Make what the template's functions reach for, then their roles."""
    endpoint, template, made = account.endpoint, account.template, account.made
    for name in of_type(template, "AWS::DynamoDB::Table"):
        table = "alethia-jobs" if "Jobs" in name else "alethia-specs"
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"
        made[name] = {"Ref": table, "Arn": arn}
    for name in of_type(template, "AWS::S3::Bucket"):
        place = {"LocationConstraint": REGION}
        root("s3", endpoint).create_bucket(Bucket="alethia-objects", CreateBucketConfiguration=place)
        made[name] = {"Ref": "alethia-objects", "Arn": "arn:aws:s3:::alethia-objects"}
    for name, key in of_type(template, "AWS::KMS::Key").items():
        kind = {field: key[field] for field in ("KeySpec", "KeyUsage") if field in key}
        metadata = root("kms", endpoint).create_key(**kind)["KeyMetadata"]
        made[name] = {"Ref": metadata["KeyId"], "Arn": metadata["Arn"]}
    for name in of_type(template, "AWS::SecretsManager::Secret"):
        arn = root("secretsmanager", endpoint).create_secret(Name=name, SecretString="s" * 64)["ARN"]
        made[name] = {"Ref": arn, "Arn": arn}
    _make_machines(account)
    _make_roles(account)


def _make_machines(account: Account) -> None:
    nobody = {"Version": "2012-10-17", "Statement": []}
    role = root("iam", account.endpoint).create_role(
        RoleName="machine", AssumeRolePolicyDocument=json.dumps(nobody)
    )["Role"]
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    for machine in of_type(account.template, "AWS::StepFunctions::StateMachine").values():
        root("stepfunctions", account.endpoint).create_state_machine(
            name=machine["StateMachineName"],
            definition=json.dumps(definition),
            roleArn=role["Arn"],
        )


def _make_roles(account: Account) -> None:
    iam = root("iam", account.endpoint)
    roles = of_type(account.template, "AWS::IAM::Role")
    by_function = {role: name for name, (role, _) in functions(account.template).items()}
    customers = [name for name, role in roles.items() if "RoleName" in role]
    for name in [*by_function, *customers]:
        short = roles[name].get("RoleName") or re.sub(r"[0-9A-F]{8}$", "", name)
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        if name in customers:
            document = account.resolved(roles[name]["AssumeRolePolicyDocument"])
        arn = iam.create_role(RoleName=short, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
        account.made[name] = {"Ref": short, "Arn": arn}
        policy = json.dumps(account.policy_of(name))
        iam.put_role_policy(RoleName=short, PolicyName="synthesized", PolicyDocument=policy)
