"""State machines, each from a file that the embedded stack fills as well."""

import re
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge_wildcards
from cdk.constructs.logs import log_group

FOLDER = Path(__file__).parent.parent / "state_machines"
DEFINITION = FOLDER / "plan_review_apply.asl.json"
WORKER_DEFINITION = FOLDER / "worker_stack.asl.json"


class Machine:
    """A state machine's names, known before it is there: functions that it calls can be told them."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.name = name
        self.arn = self._arn(stack, "stateMachine", self.name)
        self.executions_arn = self._arn(stack, "execution", f"{self.name}:*")

    def _arn(self, stack: Stack, resource: str, name: str) -> str:
        return stack.format_arn(
            service="states", resource=resource, resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )


class Workflow(Construct):
    """One state machine. Its role may call its steps, write its log and trace itself."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        machine: Machine,
        definition: Path,
        functions: Mapping[str, lambda_.Function],
        log_days: int,
    ) -> None:
        super().__init__(scope, id)
        steps = {name: functions[name] for name in steps_of(definition.read_text())}
        role = iam.Role(self, "Role", assumed_by=_states_of(Stack.of(self), machine))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[step.function_arn for step in steps.values()]
            )
        )
        self.state_machine = stepfunctions.StateMachine(
            self,
            "Machine",
            state_machine_name=machine.name,
            definition_body=stepfunctions.DefinitionBody.from_file(str(definition)),
            definition_substitutions={f"{name}Arn": step.function_arn for name, step in steps.items()},
            role=role,
            tracing_enabled=True,
            logs=stepfunctions.LogOptions(
                destination=log_group(self, "Log", log_days),
                level=stepfunctions.LogLevel.ALL,
                include_execution_data=False,  # inputs and outputs stay in the console's history
            ),
        )
        acknowledge_wildcards(
            role, ["*"], "Delivery of logs, and X-Ray, are asked for by actions that know no resource."
        )


def steps_of(definition: str) -> list[str]:
    """The functions that a state machine's definition calls: each stands in it as ``${NameArn}``."""
    return sorted(set(re.findall(r"\$\{(\w+)Arn\}", definition)))


def _states_of(stack: Stack, machine: Machine) -> iam.PrincipalBase:
    """Step Functions, for this machine alone (the confused deputy)."""
    return iam.ServicePrincipal(
        "states.amazonaws.com",
        conditions={
            "StringEquals": {"aws:SourceAccount": stack.account},
            "ArnLike": {"aws:SourceArn": machine.arn},
        },
    )
