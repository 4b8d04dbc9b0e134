"""The control plane's stack: which constructs there are, and in what order they learn of each other.

CloudFormation refuses resources that wait for each other in a circle, and synthesis does not notice. Three
names would close one; each is known beforehand:

* the state machine calls functions, and functions start it: its ARN is made from its name;
* the API calls functions, and functions tell runners and clouds the API's address: it calls them by names
  that are chosen here;
* a task definition starts from roles, which name no function.
"""

from typing import Any

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge
from cdk.constructs.alarms import Alarms
from cdk.constructs.api import Api
from cdk.constructs.api_definition import authorizers_of
from cdk.constructs.customer_access import CustomerAccess, CustomerAccessRole
from cdk.constructs.dashboard import Dashboard
from cdk.constructs.functions import Functions
from cdk.constructs.issuer import Issuer
from cdk.constructs.link_templates import LinkTemplates
from cdk.constructs.overseen import Overseen
from cdk.constructs.rotation import CredentialRotation
from cdk.constructs.runner import Runner
from cdk.constructs.sign_in import SignIn
from cdk.constructs.store import Store
from cdk.constructs.tables import Tables
from cdk.constructs.wakers import Wakers
from cdk.constructs.workflow import DEFINITION, WORKER_DEFINITION, Machine, Workflow
from cdk.deployment import Deployment
from cdk.grants import MAY, Grants, Right
from cdk.packaging import API_FUNCTION, Package


class ControlPlane(Stack):
    """Tables, store, runner, functions, workflow and API of one deployment."""

    def __init__(
        self, scope: Construct, id: str, *, deployment: Deployment, package: Package, **stack: Any
    ) -> None:
        super().__init__(scope, id, description="Alethia: plan, review, apply", **stack)
        tables = Tables(
            self,
            "Tables",
            deletion_protection=deployment.deletion_protection,
            restored=deployment.restored_tables,
        )
        store = Store(self, "Store", deployment.store)
        runner = Runner(self, "Runner", deployment)
        sign_in = SignIn(self, "SignIn", deployment)
        issuer = Issuer(self, "Issuer", deployment.oidc_keys)
        machine = Machine(self, f"{deployment.name}-plan-review-apply")
        worker_machine = Machine(self, f"{deployment.name}-worker-stack")
        customer_access = CustomerAccess(self, deployment.name)
        git_secrets = f"{deployment.name}/git"
        job_tokens = secretsmanager.Secret(
            self,
            "JobTokens",
            description="Signs the tokens of Alethia's jobs",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )
        acknowledge(
            job_tokens,
            {
                "AwsSolutions-SMG4": "What it signs is good for an hour. A person changes it by one command; "
                "jobs in hand go on by the value of before (docs/operations.md)."
            },
        )
        called_by_api = (API_FUNCTION, *authorizers_of(package.api_definition))
        names = {name: f"{deployment.name}-{name}" for name in called_by_api}
        api = Api(self, "Api", definition=package.api_definition, names=names, deployment=deployment)
        templates = LinkTemplates(
            self,
            "LinkTemplates",
            api_url=api.url,
            publish=deployment.publish_link_templates,
            link=deployment.link_template_url,
            worker=deployment.worker_template_url,
        )
        functions = Functions(
            self,
            "Functions",
            package=package,
            names=names,
            log_days=deployment.log_days,
            settings={
                "specs_table": tables.specs.table_name,
                "jobs_table": tables.jobs.table_name,
                "deployment_name": deployment.name,
                "state_machine_arn": machine.arn,
                "worker_state_machine_arn": worker_machine.arn,
                "customer_access_role": customer_access.arn,
                "control_plane_principal": customer_access.arn,
                "region": self.region,
                "job_token_secret": job_tokens.secret_arn,
                "oidc_signing_keys": issuer.setting,
                "git_secrets_prefix": git_secrets,
                "public_api_url": api.url,
                "auto_approve": deployment.auto_approve,
                "log_level": deployment.log_level,
                "console_origin": deployment.console_origin,
                "console_url": deployment.console_url or "",
                **sign_in.settings,
                **templates.settings,
                **store.settings,
                **runner.settings,
            },
        )
        api.allow_calls(functions.by_name)
        Grants(
            tables=tables,
            store=store,
            runner=runner,
            machines=[machine, worker_machine],
            customer_access=customer_access,
            job_tokens=job_tokens,
            issuer=issuer,
            git_secrets=git_secrets,
        ).give(functions)
        CustomerAccessRole(
            self,
            "CustomerAccess",
            access=customer_access,
            trusted=[
                functions.role(name).role_arn
                for name, rights in MAY.items()
                if Right.CUSTOMER_ROLES in rights
            ],
        )
        workflows = [
            Workflow(
                self,
                id_,
                machine=its_machine,
                definition=definition,
                functions=functions.by_name,
                log_days=deployment.log_days,
            )
            for id_, its_machine, definition in (
                ("PlanReviewApply", machine, DEFINITION),
                ("WorkerStacks", worker_machine, WORKER_DEFINITION),
            )
        ]
        CredentialRotation(
            self,
            "Rotation",
            secret=runner.credential,
            function=functions.by_name["RotateRunnerCredential"],
        )
        Wakers(self, "Wakers", functions=functions.by_name, cluster=runner.cluster)

        overseen = Overseen(
            deployment=deployment,
            api=api,
            tables=tables,
            functions=functions.by_name,
            machines=[workflow.state_machine for workflow in workflows],
        )
        alarms = Alarms(self, "Alarms", overseen, deployment.alarms) if deployment.alarms else None
        Dashboard(self, "Dashboard", overseen, list(alarms.by_name.values()) if alarms else [])

        outputs = {
            "ApiUrl": api.url,
            "RunnerImages": runner.repository.repository_uri,
            "RunnerCredential": runner.credential.secret_name,
            "JobTokenSecret": job_tokens.secret_arn,
            "StateMachineArn": machine.arn,
            "WorkerStateMachineArn": worker_machine.arn,
            "ControlPlanePrincipal": customer_access.arn,
            **sign_in.outputs,
            **({"AlarmTopic": alarms.topic.topic_arn} if alarms else {}),
        }
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
