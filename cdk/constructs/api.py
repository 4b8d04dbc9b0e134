"""The REST API in front of the app's routes."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.constructs.api_definition import authorizers_of, complete_definition
from cdk.constructs.logs import log_group
from cdk.deployment import Deployment
from cdk.packaging import API_FUNCTION

STAGE = "live"


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
                access_log_destination=apigateway.LogGroupLogDestination(
                    log_group(self, "AccessLog", deployment.log_days)
                ),
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
        self._definition = definition
        self.url = deployment.public_api_url or self._stage_url()

    def allow_calls(self, functions: Mapping[str, lambda_.Function]) -> None:
        """Let the API call its functions."""
        self._allow_calls(functions[API_FUNCTION], self.rest_api.arn_for_execute_api())
        for name in authorizers_of(self._definition):
            self._allow_calls(functions[name], self._authorizers_arn())

    def _allow_calls(self, function: lambda_.Function, source_arn: str) -> None:
        function.add_permission(
            "Api", principal=iam.ServicePrincipal("apigateway.amazonaws.com"), source_arn=source_arn
        )

    def _authorizers_arn(self) -> str:
        return Stack.of(self).format_arn(
            service="execute-api", resource=self.rest_api.rest_api_id, resource_name="authorizers/*"
        )

    def _stage_url(self) -> str:
        stack = Stack.of(self)
        return f"https://{self.rest_api.rest_api_id}.execute-api.{stack.region}.{stack.url_suffix}/{STAGE}"
