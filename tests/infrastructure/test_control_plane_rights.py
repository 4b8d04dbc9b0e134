"""Who may do what, and what each function is told, as the control plane's template says it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from cdk.constructs.functions import PREFIX
from cdk.deployment import Deployment
from cdk.grants import MAY, UngrantedFunction
from chalicelib.settings import Settings
from tests.infrastructure.conftest import Synthesize, Template
from tests.infrastructure.templates import (
    as_list,
    functions,
    of_type,
    statements_of_role,
    task_definition,
)

TRACES = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents", *TRACES}
ROWS = {
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
}
RING = {"states:SendTaskSuccess"}
START_TASKS = {"ecs:RunTask", "ecs:TagResource", "iam:PassRole"}
CUSTOMERS = {"sts:AssumeRole"}
READ_STATES = {"kms:Decrypt", "s3:GetObject", "s3:ListBucket"}
ACTIONS: Mapping[str, set[str]] = {
    "APIHandler": {
        *LOGS,
        *ROWS,
        *RING,
        "states:StartExecution",
        *START_TASKS,
        "ecs:StopTask",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:GetPublicKey",
        "kms:Sign",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:RestoreSecret",
        *CUSTOMERS,
    },
    "Authorizer": {*LOGS, "dynamodb:GetItem", "dynamodb:PutItem", "secretsmanager:GetSecretValue"},
    "AwaitReview": {*LOGS, *ROWS, *RING},
    "CheckDigests": {*LOGS, *ROWS},
    "DispatchRunner": {*LOGS, *ROWS, *RING, *START_TASKS, *CUSTOMERS},
    "Finalize": {*LOGS, *ROWS},
    "MarkRun": {*LOGS, *ROWS},
    "Reconcile": {
        *LOGS,
        *ROWS,
        *RING,
        *READ_STATES,
        *START_TASKS,
        *CUSTOMERS,
        "states:DescribeExecution",
        "states:StartExecution",
    },
    "RecordPlan": {*LOGS, *ROWS, *RING},
    "RotateRunnerCredential": {
        *LOGS,
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    },
    "TaskStopped": {*LOGS, *ROWS, *RING, *READ_STATES},
    "WorkerStack": {*LOGS, *ROWS, *CUSTOMERS},
}
"""Every action of every function's role. A change here is a change of what Alethia may do: look twice."""


class TestRoles:
    @pytest.mark.parametrize("name", sorted(ACTIONS))
    def test_each_function_may_do_exactly_this(self, name: str, template: Template) -> None:
        role, _ = functions(template)[name]
        granted = {
            action
            for statement in statements_of_role(template, role)
            for action in as_list(statement["Action"])
        }
        assert granted == ACTIONS[name]

    def test_each_function_has_a_role_of_its_own(self, template: Template) -> None:
        roles = [role for role, _ in functions(template).values()]
        assert len(set(roles)) == len(roles)
        assert not any("ManagedPolicyArns" in template["Resources"][role]["Properties"] for role in roles)

    def test_no_function_is_granted_all_of_anything(self, template: Template) -> None:
        for name, (role, _) in functions(template).items():
            for statement in statements_of_role(template, role):
                assert statement["Effect"] == "Allow"
                if set(as_list(statement["Action"])) != TRACES:  # these know no resource
                    assert "*" not in as_list(statement["Resource"]), name
                assert not any("*" in action for action in as_list(statement["Action"])), name

    def test_a_function_without_a_row_of_rights_stops_the_synthesis(
        self, monkeypatch: pytest.MonkeyPatch, synthesize: Synthesize, prod: Deployment
    ) -> None:
        fewer = {name: rights for name, rights in MAY.items() if name != "Finalize"}
        monkeypatch.setattr("cdk.grants.MAY", fewer)
        with pytest.raises(UngrantedFunction, match="Finalize"):
            synthesize(prod)

    def test_a_data_key_is_opened_only_for_an_object_of_a_spec_of_a_zone(self, template: Template) -> None:
        role, _ = functions(template)["APIHandler"]
        (statement,) = [
            s for s in statements_of_role(template, role) if "kms:Decrypt" in as_list(s["Action"])
        ]
        assert statement["Condition"] == {
            "Null": {f"kms:EncryptionContext:{part}": "false" for part in ("zone", "spec", "object")}
        }

    @pytest.mark.parametrize(
        ("action", "rows", "partitions"),
        [("GetItem", "Specs", "RUNNER#*"), ("GetItem", "Jobs", "JOB#*"), ("PutItem", "Jobs", "AUDIT#*")],
    )
    def test_the_authorizer_reads_runners_writes_refusals_and_nothing_else(
        self, template: Template, action: str, rows: str, partitions: str
    ) -> None:
        role, _ = functions(template)["Authorizer"]
        condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [partitions]}}
        (statement,) = [s for s in statements_of_role(template, role) if s.get("Condition") == condition]
        assert statement["Action"] == f"dynamodb:{action}"
        assert statement["Resource"]["Fn::GetAtt"][0].startswith(f"Tables{rows}")

    def test_only_the_platform_runners_credential_is_rotated_and_only_its_row_told(
        self, template: Template
    ) -> None:
        (kept,) = statements_with(template, "RotateRunnerCredential", "secretsmanager:PutSecretValue")
        (schedule,) = of_type(template, "AWS::SecretsManager::RotationSchedule").values()
        (container,) = task_definition(template)["ContainerDefinitions"]
        assert kept["Resource"] == schedule["SecretId"] == container["Secrets"][0]["ValueFrom"]
        assert schedule["RotateImmediatelyOnUpdate"] is True  # the first rotation registers the runner
        (told,) = statements_with(template, "RotateRunnerCredential", "dynamodb:PutItem")
        name = Settings.model_fields["platform_runner"].default
        condition = {"dynamodb:LeadingKeys": [f"RUNNER#{name}"]}
        assert told["Condition"] == {"ForAllValues:StringLike": condition}

    def test_only_tokens_of_git_hosts_are_kept_and_dropped(self, template: Template) -> None:
        (statement,) = statements_with(template, "APIHandler", "secretsmanager:DeleteSecret")
        prefix = functions(template)["APIHandler"][1]["Environment"]["Variables"][
            "ALETHIA_GIT_SECRETS_PREFIX"
        ]
        assert prefix == "alethia/git"
        assert statement["Resource"]["Fn::Join"][1][-1] == f":secret:{prefix}/*"

    def test_our_issuer_signs_with_its_own_rsa_keys(self, template: Template) -> None:
        (statement,) = statements_with(template, "APIHandler", "kms:Sign")
        key = of_type(template, "AWS::KMS::Key")[statement["Resource"]["Fn::GetAtt"][0]]
        assert (key["KeySpec"], key["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")
        published = functions(template)["APIHandler"][1]["Environment"]["Variables"]
        assert published["ALETHIA_OIDC_SIGNING_KEYS"] == statement["Resource"]

    @pytest.mark.parametrize("function", ["APIHandler", "DispatchRunner", "Reconcile"])
    def test_only_a_runner_of_ours_is_started_and_only_in_our_cluster(
        self, template: Template, function: str
    ) -> None:
        role, _ = functions(template)[function]
        (run,) = [s for s in statements_of_role(template, role) if s["Action"] == "ecs:RunTask"]
        (cluster,) = of_type(template, "AWS::ECS::Cluster")
        assert run["Condition"] == {"ArnEquals": {"ecs:cluster": {"Fn::GetAtt": [cluster, "Arn"]}}}
        assert json.dumps(run["Resource"]).endswith(':task-definition/alethia-runner:*"]]}')
        (hand_over,) = [s for s in statements_of_role(template, role) if s["Action"] == "iam:PassRole"]
        assert hand_over["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
        task = task_definition(template)
        assert hand_over["Resource"] == [task["TaskRoleArn"], task["ExecutionRoleArn"]]


class TestFunctions:
    def test_run_compiled_for_arm64_with_a_log_that_ends(self, template: Template) -> None:
        logs = of_type(template, "AWS::Logs::LogGroup")
        for _, function in functions(template).values():
            assert function["Architectures"] == ["arm64"]
            assert logs[function["LoggingConfig"]["LogGroup"]["Ref"]]["RetentionInDays"] == 365

    def test_are_told_only_what_settings_know(self, template: Template) -> None:
        known = {PREFIX + field.upper() for field in Settings.model_fields}
        for _, function in functions(template).values():
            assert set(function["Environment"]["Variables"]) <= known

    def test_are_told_all_that_a_deployment_must_say(self, template: Template) -> None:
        told = set(functions(template)["APIHandler"][1]["Environment"]["Variables"])
        elsewhere = {
            "aws_endpoint_url",  # an emulator's
            "customer_aws_endpoint_url",
            "git_host_urls",
            "runner_poll_seconds",  # the default is right
            "platform_runner",  # the default is the name
            "store_access_key_id",
            "store_endpoint_url",
            "store_secret_name",  # a store that is not ours
        }
        assert {PREFIX + field.upper() for field in Settings.model_fields if field not in elsewhere} == told

    def test_hold_no_secret(self, template: Template) -> None:
        text = json.dumps(template)
        assert "{{resolve:" not in text
        assert "SecretString" not in text.replace("GenerateSecretString", "")
        for _, function in functions(template).values():
            for name, value in function["Environment"]["Variables"].items():
                if re.search("SECRET|TOKEN|PASSWORD|CREDENTIAL", name) and not name.endswith("_PREFIX"):
                    (secret,) = value.values()  # a reference: its ARN, never its value
                    assert template["Resources"][secret]["Type"] == "AWS::SecretsManager::Secret"


def statements_with(template: Template, function: str, action: str) -> list[dict[str, Any]]:
    role, _ = functions(template)[function]
    return [s for s in statements_of_role(template, role) if action in as_list(s["Action"])]
