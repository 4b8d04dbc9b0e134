"""The resource types that this cloud's CloudFormation can make."""

from ..errors import ValidationError
from . import containers, iam, network
from .base import Handler

HANDLERS: dict[str, Handler] = {
    "AWS::EC2::InternetGateway": network.InternetGateway(),
    "AWS::EC2::Route": network.Route(),
    "AWS::EC2::RouteTable": network.RouteTable(),
    "AWS::EC2::SecurityGroup": network.SecurityGroup(),
    "AWS::EC2::Subnet": network.Subnet(),
    "AWS::EC2::SubnetRouteTableAssociation": network.RouteTableAssociation(),
    "AWS::EC2::VPC": network.Vpc(),
    "AWS::EC2::VPCGatewayAttachment": network.GatewayAttachment(),
    "AWS::ECS::Cluster": containers.Cluster(),
    "AWS::ECS::TaskDefinition": containers.TaskDefinition(),
    "AWS::IAM::ManagedPolicy": iam.ManagedPolicy(),
    "AWS::IAM::OIDCProvider": iam.OidcProvider(),
    "AWS::IAM::Policy": iam.Policy(),
    "AWS::IAM::Role": iam.Role(),
    "AWS::Logs::LogGroup": containers.LogGroup(),
    "AWS::SecretsManager::Secret": containers.Secret(),
}


def handler_of(resource_type: str) -> Handler:
    """How resources of a type are made."""
    return HANDLERS[resource_type]


def require_known(types: set[str]) -> None:
    """Refuse a template with a type that nobody here can make.

    Raises
    ------
    ValidationError
        As CloudFormation says it of a type that does not exist.
    """
    if unknown := sorted(types - HANDLERS.keys()):
        raise ValidationError(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
