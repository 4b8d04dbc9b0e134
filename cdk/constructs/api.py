"""The REST API in front of the app's routes."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge
from cdk.constructs.api_definition import authorizers_of, complete_definition
from cdk.constructs.logs import log_group
from cdk.constructs.metrics import FIVE_MINUTES, NAMESPACE
from cdk.deployment import Deployment
from cdk.packaging import API_FUNCTION

STAGE = "live"
PUSH_LOGS = "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


class Api(Construct):
    """The packaged app's API: one stage, regional, throttled, its requests logged without their callers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        definition: Mapping[str, Any],
        names: Mapping[str, str],
        deployment: Deployment,
    ) -> None:
        super().__init__(scope, id)
        access_log = log_group(self, "AccessLog", deployment.log_days)
        # API Gateway counts these among the callers' other errors.
        self.throttled = access_log.add_metric_filter(
            "Throttled",
            filter_pattern=logs.FilterPattern.string_value("$.status", "=", "429"),
            metric_namespace=f"{NAMESPACE}/{deployment.name}",
            metric_name="ApiThrottled",
        ).metric(statistic="Sum", period=FIVE_MINUTES)
        self.rest_api = apigateway.SpecRestApi(
            self,
            "Rest",
            rest_api_name=deployment.name,
            api_definition=apigateway.ApiDefinition.from_inline(
                complete_definition(definition, names, deployment.console_origin)
            ),
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # API Gateway writes logs with one role for the whole account and region.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=RemovalPolicy.RETAIN,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE,
                throttling_rate_limit=deployment.requests_per_second,
                throttling_burst_limit=deployment.burst,
                tracing_enabled=True,
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=apigateway.AccessLogFormat.json_with_standard_fields(
                    caller=False,
                    http_method=True,
                    ip=True,
                    protocol=True,
                    request_time=True,
                    resource_path=True,
                    response_length=True,
                    status=True,
                    user=False,
                ),
            ),
        )
        self.rest_api.node.try_remove_child("Endpoint")  # an output of the CDK's; ours is ApiUrl
        # API Gateway would make this group by itself, without an end.
        errors = log_group(
            self,
            "ErrorLog",
            deployment.log_days,
            name=f"API-Gateway-Execution-Logs_{self.rest_api.rest_api_id}/{STAGE}",
        )
        self.rest_api.deployment_stage.node.add_dependency(errors)
        acknowledge(
            self,
            {
                "AwsSolutions-APIG2": "The app checks every request and names each field that is wrong.",
                "AwsSolutions-APIG3": "A web ACL costs dollars a month while nobody asks. The stage is "
                "throttled, its authorizer refuses strangers, and a WAF can be attached to it.",
                f"AwsSolutions-IAM4[Policy::{PUSH_LOGS}]": "AWS's own policy for the one role by which API "
                "Gateway writes logs in an account and region.",
            },
        )
        self._definition = definition
        self.url = deployment.public_api_url or self._stage_url()

    def allow_calls(self, functions: Mapping[str, lambda_.Function]) -> None:
        """Let the API call its functions. It goes live only once they are there and it may."""
        self._allow_calls(functions[API_FUNCTION], self.rest_api.arn_for_execute_api())
        for name in authorizers_of(self._definition):
            self._allow_calls(functions[name], self._authorizers_arn())

    def _allow_calls(self, function: lambda_.Function, source_arn: str) -> None:
        permission = lambda_.CfnPermission(
            self,
            f"Call{function.node.id}",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="apigateway.amazonaws.com",
            source_arn=source_arn,
        )
        deployment = self.rest_api.latest_deployment
        assert deployment is not None, "an API with a stage is deployed"
        deployment.node.add_dependency(permission)

    def _authorizers_arn(self) -> str:
        return Stack.of(self).format_arn(
            service="execute-api", resource=self.rest_api.rest_api_id, resource_name="authorizers/*"
        )

    def _stage_url(self) -> str:
        stack = Stack.of(self)
        return f"https://{self.rest_api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}/{STAGE}"
