"""The control plane's template, read as CloudFormation will read it. Nothing here has been deployed."""

import json
import re
from typing import Any

import cfnlint.api  # type: ignore[import-untyped]
import pytest
from pydantic import ValidationError

from cdk.constructs.workflow import DEFINITION, WORKER_DEFINITION
from cdk.deployment import Deployment
from cdk.grants import MAY
from chalicelib.adapters.dynamodb.tables import JobsTable, SpecsTable
from chalicelib.adapters.ecs import CONTAINER
from chalicelib.api.gateway import GATEWAY_ANSWERS
from tests.infrastructure.conftest import Synthesize, Template
from tests.infrastructure.templates import (
    as_list,
    circles,
    functions,
    of_type,
    statements_of_role,
    table_of,
    task_definition,
    walk,
)

PUBLIC_ROUTES = {
    ("get", "/api/openapi.json"),
    ("get", "/api/health"),
    ("get", "/api/oidc/.well-known/openid-configuration"),
    ("get", "/api/oidc/keys"),
}


class TestTemplate:
    def test_is_what_cfn_lint_accepts_whatever_is_chosen(self, other_template: Template) -> None:
        """The stages' own templates are judged by ``make synth``, which has tests of its own."""
        # W3005: the CDK writes a DependsOn for each role beside the GetAtt that says it already.
        config = cfnlint.api.ManualArgs(regions=["eu-west-1"], ignore_checks=["W3005"])
        problems = cfnlint.api.lint(json.dumps(other_template), config=config)
        assert [f"{problem.rule.id} {problem.message}" for problem in problems] == []

    def test_has_no_circle(self, template: Template) -> None:
        assert circles(template) == []

    def test_is_the_same_when_made_again(
        self, synthesize: Synthesize, prod: Deployment, template: Template
    ) -> None:
        assert json.dumps(synthesize(prod)) == json.dumps(template)

    def test_knows_every_function_of_the_app(self, template: Template) -> None:
        assert set(functions(template)) == set(MAY)

    def test_keeps_what_holds_data_when_the_stack_goes(self, template: Template) -> None:
        kept = {
            "AWS::Cognito::UserPool",
            "AWS::DynamoDB::Table",
            "AWS::ECR::Repository",
            "AWS::ECS::TaskDefinition",
            "AWS::KMS::Key",
            "AWS::Logs::LogGroup",
            "AWS::S3::Bucket",
        }
        for name, resource in template["Resources"].items():
            if resource["Type"] in kept:
                assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name

    def test_costs_nothing_while_nothing_runs_in_the_network(self, template: Template) -> None:
        types = {resource["Type"] for resource in template["Resources"].values()}
        assert not types & {
            "AWS::EC2::NatGateway",
            "AWS::EC2::EIP",
            "AWS::EC2::VPCEndpoint",
            "AWS::ECS::Service",
        }


class TestTables:
    @pytest.mark.parametrize("rows", [SpecsTable, JobsTable])
    def test_have_the_keys_that_the_rows_have(self, rows: Any, template: Template) -> None:
        schema = rows._get_schema()
        table = table_of(template, rows)
        assert by_name(table["AttributeDefinitions"]) == by_name(schema["attribute_definitions"])
        assert key_shape(table["KeySchema"]) == key_shape(schema["key_schema"])
        assert index_shapes(template, rows) == {
            index["index_name"]: (key_shape(index["key_schema"]), projection(index["projection"]))
            for index in schema["global_secondary_indexes"]
        }

    @pytest.mark.parametrize("rows", [SpecsTable, JobsTable])
    def test_are_safe_from_slips(self, rows: Any, template: Template) -> None:
        table = table_of(template, rows)
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is True
        assert table["SSESpecification"] == {"SSEEnabled": True}

    def test_only_logs_and_events_of_jobs_expire(self, template: Template) -> None:
        ttl = {"AttributeName": JobsTable.expires_at.attr_name, "Enabled": True}
        assert table_of(template, JobsTable)["TimeToLiveSpecification"] == ttl
        assert "TimeToLiveSpecification" not in table_of(template, SpecsTable)


class TestApi:
    def test_every_route_but_these_asks_who_is_calling(self, template: Template) -> None:
        open_to_all = {
            (method, path)
            for path, methods in rest_api(template)["paths"].items()
            for method, operation in methods.items()
            if method != "options" and not operation.get("security")
        }
        assert open_to_all <= PUBLIC_ROUTES

    def test_calls_functions_of_this_template(self, template: Template) -> None:
        called = set(re.findall(r":function:([\w-]+)", json.dumps(rest_api(template))))
        allowed = {
            template["Resources"][permission["FunctionName"]["Fn::GetAtt"][0]]["Properties"]["FunctionName"]
            for permission in of_type(template, "AWS::Lambda::Permission").values()
            if permission["Principal"] == "apigateway.amazonaws.com"
        }
        assert allowed == called == {"alethia-APIHandler", "alethia-Authorizer"}

    @pytest.mark.parametrize("name", sorted(GATEWAY_ANSWERS))
    def test_refuses_in_our_words_so_that_a_browser_shows_them(self, name: str, template: Template) -> None:
        response = rest_api(template)["x-amazon-apigateway-gateway-responses"][name]
        answer = json.loads(response["responseTemplates"]["application/json"])["error"]
        assert set(answer) == {"code", "message", "field", "problems", "details", "request_id"}
        assert answer["request_id"] == "$context.requestId"
        assert response["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"

    def test_answers_a_browser_before_it_sends_a_token_on_every_path(self, other_template: Template) -> None:
        for path, methods in rest_api(other_template)["paths"].items():
            integration = methods["options"]["x-amazon-apigateway-integration"]
            headers = integration["responses"]["default"]["responseParameters"]
            said = {name.rpartition("-")[2]: value.strip("'") for name, value in headers.items()}
            assert set(said["Methods"].lower().split(",")) == set(methods) - {"options"}, path
            assert {"Authorization", "Content-Type", "Idempotency-Key"} <= set(said["Headers"].split(","))
            assert said["Origin"] == "https://console.example.com"
            assert integration["type"] == "mock" and "security" not in methods["options"]

    def test_goes_live_once_its_functions_are_there_and_may_be_called(self, template: Template) -> None:
        calls = {
            name
            for name, permission in of_type(template, "AWS::Lambda::Permission").items()
            if permission["Principal"] == "apigateway.amazonaws.com"
        }
        (deployment,) = [
            resource
            for resource in template["Resources"].values()
            if resource["Type"] == "AWS::ApiGateway::Deployment"
        ]
        assert len(calls) == 2 and calls <= set(deployment["DependsOn"])

    def test_is_throttled_and_logged_without_bodies(self, template: Template) -> None:
        (stage,) = of_type(template, "AWS::ApiGateway::Stage").values()
        (method,) = stage["MethodSettings"]
        assert (method["ThrottlingRateLimit"], method["ThrottlingBurstLimit"]) == (50, 100)
        assert method["DataTraceEnabled"] is False
        assert "AccessLogSetting" in stage


MACHINES = {"alethia-plan-review-apply": DEFINITION, "alethia-worker-stack": WORKER_DEFINITION}


@pytest.mark.parametrize("name", MACHINES)
class TestStateMachines:
    def test_every_placeholder_of_the_definition_is_filled(self, name: str, template: Template) -> None:
        wanted = set(re.findall(r"\$\{(\w+)\}", MACHINES[name].read_text()))
        assert set(state_machine(template, name)["DefinitionSubstitutions"]) == wanted

    def test_they_may_call_their_steps_log_and_trace_and_nothing_else(
        self, name: str, template: Template
    ) -> None:
        machine = state_machine(template, name)
        statements = statements_of_role(template, machine["RoleArn"]["Fn::GetAtt"][0])
        (call,) = [s for s in statements if s["Action"] == "lambda:InvokeFunction"]
        steps = [value for value in machine["DefinitionSubstitutions"].values() if "Fn::GetAtt" in value]
        assert sorted(map(str, as_list(call["Resource"]))) == sorted(map(str, steps))
        others = {action for s in statements if s is not call for action in as_list(s["Action"])}
        assert all(action.startswith(("logs:", "xray:")) for action in others)

    def test_each_step_is_logged_without_what_went_in_and_out(self, name: str, template: Template) -> None:
        logging = state_machine(template, name)["LoggingConfiguration"]
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)

    def test_they_are_started_by_the_names_that_they_have(self, name: str, template: Template) -> None:
        told = functions(template)["APIHandler"][1]["Environment"]["Variables"]
        setting = "WORKER_STATE_MACHINE_ARN" if MACHINES[name] is WORKER_DEFINITION else "STATE_MACHINE_ARN"
        assert told[f"ALETHIA_{setting}"]["Fn::Join"][1][-1].endswith(f":stateMachine:{name}")

    def test_they_are_traced(self, name: str, template: Template) -> None:
        assert state_machine(template, name)["TracingConfiguration"] == {"Enabled": True}


class TestEvents:
    def test_is_reconciled_every_minute(self, template: Template) -> None:
        rule = rule_for(template, "Reconcile")
        assert rule["ScheduleExpression"] == "rate(1 minute)"
        assert rule["State"] == "ENABLED"

    def test_hears_of_containers_that_stopped_in_our_cluster(self, template: Template) -> None:
        (cluster,) = of_type(template, "AWS::ECS::Cluster")
        assert rule_for(template, "TaskStopped")["EventPattern"] == {
            "source": ["aws.ecs"],
            "detail-type": ["ECS Task State Change"],
            "detail": {"clusterArn": [{"Fn::GetAtt": [cluster, "Arn"]}], "lastStatus": ["STOPPED"]},
        }


class TestRunner:
    def test_may_do_nothing_in_this_account(self, template: Template) -> None:
        role = task_definition(template)["TaskRoleArn"]["Fn::GetAtt"][0]
        assert statements_of_role(template, role) == []
        assert "ManagedPolicyArns" not in template["Resources"][role]["Properties"]

    def test_gets_its_credential_from_secrets_and_nothing_secret_from_its_environment(
        self, template: Template
    ) -> None:
        (container,) = task_definition(template)["ContainerDefinitions"]
        (secret,) = container["Secrets"]
        assert secret["Name"] == "ALETHIA_RUNNER_CREDENTIAL"
        assert {variable["Name"] for variable in container["Environment"]} == {"HOME", "ALETHIA_WORK_DIR"}

    def test_writes_to_its_volume_only_and_has_time_to_stop(self, template: Template) -> None:
        (container,) = task_definition(template)["ContainerDefinitions"]
        assert container["ReadonlyRootFilesystem"] is True
        assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/work"]
        assert container["StopTimeout"] == 120

    def test_container_has_the_name_that_the_dispatcher_overrides(self, template: Template) -> None:
        (container,) = task_definition(template)["ContainerDefinitions"]
        assert container["Name"] == CONTAINER

    def test_revision_is_pinned_where_the_dispatcher_reads_it(self, template: Template) -> None:
        (task,) = of_type(template, "AWS::ECS::TaskDefinition")
        variables = functions(template)["DispatchRunner"][1]["Environment"]["Variables"]
        assert variables["ALETHIA_ECS_TASK_DEFINITION"] == {"Ref": task}


class TestNothingIsPublic:
    def test_nobody_reaches_into_the_network(self, template: Template) -> None:
        for group in of_type(template, "AWS::EC2::SecurityGroup").values():
            assert "SecurityGroupIngress" not in group
        assert not of_type(template, "AWS::EC2::SecurityGroupIngress")
        for subnet in of_type(template, "AWS::EC2::Subnet").values():
            assert subnet["MapPublicIpOnLaunch"] is False

    def test_the_bucket_is_closed_and_wants_tls(self, template: Template) -> None:
        (bucket,) = of_type(template, "AWS::S3::Bucket").values()
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        (policy,) = of_type(template, "AWS::S3::BucketPolicy").values()
        denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in [s["Condition"] for s in denied]

    def test_an_object_that_somebody_deletes_can_be_brought_back(self, template: Template) -> None:
        (bucket,) = of_type(template, "AWS::S3::Bucket").values()
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        kept = [
            rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
            for rule in bucket["LifecycleConfiguration"]["Rules"]
            if "NoncurrentVersionExpiration" in rule
        ]
        assert kept == [90]
        for role, _ in functions(template).values():
            actions = {a for s in statements_of_role(template, role) for a in as_list(s["Action"])}
            assert not any(action.startswith("s3:Delete") for action in actions)

    def test_nothing_is_allowed_to_everybody(self, template: Template) -> None:
        for value in walk(template):
            if isinstance(value, dict) and value.get("Effect") == "Allow" and "Principal" in value:
                assert value["Principal"] not in ("*", {"AWS": "*"})
        for permission in of_type(template, "AWS::Lambda::Permission").values():
            assert permission["Principal"].endswith(".amazonaws.com")
            assert "SourceArn" in permission or "SourceAccount" in permission
        assert not of_type(template, "AWS::Lambda::Url")


class TestChoices:
    def test_a_store_of_somebody_else_needs_its_keys_and_no_bucket(
        self, other_template: Template, otherwise: Deployment
    ) -> None:
        assert otherwise.store is not None
        assert not of_type(other_template, "AWS::S3::Bucket")
        role, handler = functions(other_template)["APIHandler"]
        for name, value in otherwise.store.model_dump().items():
            assert handler["Environment"]["Variables"][f"ALETHIA_STORE_{name.upper()}"] == value
        statements = statements_of_role(other_template, role)
        readable = json.dumps([s["Resource"] for s in statements if "Secret" in str(s["Action"])])
        assert ":secret:alethia/store-??????" in readable
        assert not any("s3:" in str(s["Action"]) for s in statements)

    def test_given_subnets_are_used_and_no_network_is_made(self, other_template: Template) -> None:
        assert not of_type(other_template, "AWS::EC2::VPC")
        (group,) = of_type(other_template, "AWS::EC2::SecurityGroup").values()
        assert group["VpcId"] == "vpc-0123456789abcdef0"
        assert (
            setting(other_template, "DispatchRunner", "ECS_SUBNETS")
            == "subnet-0123456789abcdef0,subnet-0123456789abcdef1"
        )

    @pytest.mark.parametrize("function", ["DispatchRunner", "APIHandler", "Reconcile"])
    def test_a_domain_of_ones_own_is_what_runners_are_told(
        self, function: str, other_template: Template
    ) -> None:
        assert setting(other_template, function, "PUBLIC_API_URL") == "https://alethia.example.com"

    def test_a_signing_key_that_follows_another_is_published_beside_it(
        self, other_template: Template
    ) -> None:
        (text,) = setting(other_template, "APIHandler", "OIDC_SIGNING_KEYS").values()
        named = [part["Fn::GetAtt"][0] for part in text[1] if isinstance(part, dict)]
        assert [re.fullmatch(r"IssuerKey([AB])[0-9A-F]{8}", name)[1] for name in named] == ["B", "A"]  # type: ignore[index]

    def test_a_misspelt_choice_is_refused_by_name(self) -> None:
        with pytest.raises(ValidationError, match="log_dayz"):
            Deployment.model_validate({"log_dayz": 30})

    def test_a_deployment_can_do_without_alarms(self, other_template: Template) -> None:
        types = {resource["Type"] for resource in other_template["Resources"].values()}
        assert not types & {"AWS::CloudWatch::Alarm", "AWS::SNS::Topic"}
        assert "AWS::CloudWatch::Dashboard" in types


class TestImagesOfCustomers:
    def test_without_accounts_nobody_pulls_and_nothing_can_be_deployed(self, template: Template) -> None:
        (repository,) = of_type(template, "AWS::ECR::Repository").values()
        assert "RepositoryPolicyText" not in repository
        assert setting(template, "APIHandler", "WORKER_IMAGE") == ""

    def test_named_accounts_pull_as_the_roles_of_their_runners_only(self, other_template: Template) -> None:
        (repository,) = of_type(other_template, "AWS::ECR::Repository").values()
        (statement,) = repository["RepositoryPolicyText"]["Statement"]
        assert statement["Action"] == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        roles = json.dumps(statement["Condition"]["ArnLike"]["aws:PrincipalArn"])
        for account in ("111122223333", "444455556666"):
            assert f":iam::{account}:root" in json.dumps(statement["Principal"])
            assert f":iam::{account}:role/alethia/alethia-runner-*" in roles

    def test_they_run_the_platforms_own_image(self, other_template: Template) -> None:
        (container,) = task_definition(other_template)["ContainerDefinitions"]
        assert setting(other_template, "APIHandler", "WORKER_IMAGE") == container["Image"]

    def test_an_image_of_elsewhere_can_be_named(self) -> None:
        image = "public.ecr.aws/acme/alethia-runner:0.1.0"
        chosen = Deployment.model_validate({"customer_runners": {"image": image}})
        assert chosen.customer_runners.image == image
        with pytest.raises(ValidationError, match=r"customer_runners\.image"):
            Deployment.model_validate({"customer_runners": {"image": "without-a-tag"}})


def setting(template: Template, function: str, name: str) -> Any:
    """What a function is told."""
    return functions(template)[function][1]["Environment"]["Variables"][f"ALETHIA_{name}"]


def by_name(definitions: list[dict[str, Any]]) -> dict[str, str]:
    return {definition["AttributeName"]: definition["AttributeType"] for definition in definitions}


def key_shape(keys: list[dict[str, Any]]) -> dict[str, str]:
    return {key["KeyType"]: key["AttributeName"] for key in keys}


def projection(shape: dict[str, Any]) -> tuple[str, set[str]]:
    return shape["ProjectionType"], set(shape.get("NonKeyAttributes", ()))


def index_shapes(template: Template, rows: Any) -> dict[str, Any]:
    return {
        index["IndexName"]: (key_shape(index["KeySchema"]), projection(index["Projection"]))
        for index in table_of(template, rows)["GlobalSecondaryIndexes"]
    }


def rest_api(template: Template) -> dict[str, Any]:
    (api,) = of_type(template, "AWS::ApiGateway::RestApi").values()
    body: dict[str, Any] = api["Body"]
    return body


def state_machine(template: Template, name: str) -> dict[str, Any]:
    machines = of_type(template, "AWS::StepFunctions::StateMachine").values()
    (machine,) = [machine for machine in machines if machine["StateMachineName"] == name]
    return machine


def rule_for(template: Template, function: str) -> dict[str, Any]:
    (rule,) = [
        rule
        for rule in of_type(template, "AWS::Events::Rule").values()
        if f"Functions{function}" in json.dumps(rule["Targets"])
    ]
    return rule
