"""The state machine, and what wakes the workflow's other functions: a schedule and ECS's own events."""

import re
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from cdk.constructs.logs import log_group

DEFINITION = Path(__file__).parent.parent / "state_machines" / "plan_review_apply.asl.json"
"""The same file that the embedded stack fills."""

RECONCILE_EVERY = Duration.minutes(1)
"""A lost runner is noticed within its lease and this."""


class Machine:
    """The state machine's names, known before it is there: functions that it calls can be told them."""

    def __init__(self, stack: Stack, deployment_name: str) -> None:
        self.name = f"{deployment_name}-plan-review-apply"
        self.arn = self._arn(stack, "stateMachine", self.name)
        self.executions_arn = self._arn(stack, "execution", f"{self.name}:*")

    def _arn(self, stack: Stack, resource: str, name: str) -> str:
        return stack.format_arn(
            service="states", resource=resource, resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )


class Workflow(Construct):
    """Plan → review → apply. Its role may call its steps, and nothing else."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        machine: Machine,
        functions: Mapping[str, lambda_.Function],
        cluster: ecs.ICluster,
        log_days: int,
    ) -> None:
        super().__init__(scope, id)
        steps = {name: functions[name] for name in steps_of(DEFINITION.read_text())}
        role = iam.Role(self, "Role", assumed_by=_states_of(Stack.of(self), machine))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"], resources=[step.function_arn for step in steps.values()]
            )
        )
        self.state_machine = stepfunctions.StateMachine(
            self,
            "PlanReviewApply",
            state_machine_name=machine.name,
            definition_body=stepfunctions.DefinitionBody.from_file(str(DEFINITION)),
            definition_substitutions={f"{name}Arn": step.function_arn for name, step in steps.items()},
            role=role,
            logs=stepfunctions.LogOptions(
                destination=log_group(self, "Log", log_days),
                level=stepfunctions.LogLevel.ALL,
                include_execution_data=False,  # inputs and outputs stay in the console's history
            ),
        )
        events.Rule(
            self,
            "Reconcile",
            description="Restart executions that vanished, end attempts whose lease is over",
            schedule=events.Schedule.rate(RECONCILE_EVERY),
            targets=[targets.LambdaFunction(functions["Reconcile"], retry_attempts=0)],
        )
        events.Rule(
            self,
            "RunnerTaskStopped",
            description="A runner's container ended, for whatever reason",
            event_pattern=events.EventPattern(
                source=["aws.ecs"],
                detail_type=["ECS Task State Change"],
                detail={"clusterArn": [cluster.cluster_arn], "lastStatus": ["STOPPED"]},
            ),
            targets=[targets.LambdaFunction(functions["TaskStopped"])],
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
