"""The control plane's stack: which constructs there are, and in what order they learn of each other.

CloudFormation refuses resources that wait for each other in a circle, and synthesis does not notice. Three
names would close one; each is known beforehand or told to one function only:

* the state machine calls functions, and functions start it: its ARN is made from its name;
* the API calls functions, and the dispatcher tells runners the API's address: only the dispatcher, which the
  API never calls, gets it as a setting;
* a task definition starts from roles, which name no function.
"""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs.api import Api
from cdk.constructs.functions import Functions
from cdk.constructs.runner import Runner
from cdk.constructs.store import Store
from cdk.constructs.tables import Tables
from cdk.constructs.workflow import Machine, Workflow
from cdk.deployment import Deployment
from cdk.grants import Grants
from cdk.packaging import Package


class ControlPlane(Stack):
    """Tables, store, runner, functions, workflow and API of one deployment."""

    def __init__(
        self, scope: Construct, id: str, *, deployment: Deployment, package: Package, **stack: Any
    ) -> None:
        super().__init__(scope, id, description="Alethia: plan, review, apply", **stack)
        tables = Tables(self, "Tables")
        store = Store(self, "Store", deployment.store)
        runner = Runner(self, "Runner", deployment)
        machine = Machine(self, deployment.name)
        job_tokens = secretsmanager.Secret(
            self,
            "JobTokens",
            description="Signs the tokens of Alethia's jobs",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )
        functions = Functions(
            self,
            "Functions",
            package=package,
            log_days=deployment.log_days,
            settings={
                "specs_table": tables.specs.table_name,
                "jobs_table": tables.jobs.table_name,
                "state_machine_arn": machine.arn,
                "region": self.region,
                "job_token_secret": job_tokens.secret_arn,
                "oidc_issuer": deployment.sign_in.issuer,
                "oidc_audience": deployment.sign_in.audience,
                "oidc_jwks_url": deployment.sign_in.jwks_url,
                "auto_approve": deployment.auto_approve,
                "log_level": deployment.log_level,
                **store.settings,
                **runner.settings,
            },
        )
        Grants(tables=tables, store=store, runner=runner, machine=machine, job_tokens=job_tokens).give(
            functions
        )
        Workflow(
            self,
            "Workflow",
            machine=machine,
            functions=functions.by_name,
            cluster=runner.cluster,
            log_days=deployment.log_days,
        )
        api = Api(
            self,
            "Api",
            definition=package.api_definition,
            functions=functions.by_name,
            deployment=deployment,
        )
        functions.set("DispatchRunner", "public_api_url", api.url)

        CfnOutput(self, "ApiUrl", value=api.url)
        CfnOutput(self, "RunnerImages", value=runner.repository.repository_uri)
        CfnOutput(self, "RunnerCredential", value=runner.credential.secret_name)
        CfnOutput(self, "StateMachineArn", value=machine.arn)
