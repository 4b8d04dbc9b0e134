"""What alarms and the dashboard watch over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as stepfunctions

from cdk.constructs.api import Api
from cdk.constructs.tables import Tables
from cdk.deployment import Deployment


@dataclass(frozen=True)
class Overseen:
    """The parts of one deployment that report numbers; functions by Chalice's names."""

    deployment: Deployment
    api: Api
    tables: Tables
    functions: Mapping[str, lambda_.Function]
    machines: Sequence[stepfunctions.StateMachine]
