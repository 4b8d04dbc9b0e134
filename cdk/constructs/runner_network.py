"""The network of a runner in a customer's account, where none is named."""

from typing import Any

from aws_cdk import CfnCondition, Fn, Stack, Tags
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge


class RunnerNetwork(Construct):
    """A VPC with two public subnets that nobody can reach, if `vpc_id` is empty. No NAT gateway."""

    def __init__(self, scope: Construct, id: str, *, vpc_id: str, name: str) -> None:
        super().__init__(scope, id)
        self.own = CfnCondition(Stack.of(self), "OwnNetwork", expression=Fn.condition_equals(vpc_id, ""))
        vpc = ec2.CfnVPC(
            self, "Vpc", cidr_block="10.0.0.0/24", enable_dns_hostnames=True, enable_dns_support=True
        )
        reason = "A log of flows costs by the byte; nothing can reach in, and the runner says what it does."
        acknowledge(vpc, {"AwsSolutions-VPC7": reason})
        gateway = ec2.CfnInternetGateway(self, "Gateway")
        attachment = ec2.CfnVPCGatewayAttachment(
            self, "GatewayAttachment", vpc_id=vpc.ref, internet_gateway_id=gateway.ref
        )
        routes = ec2.CfnRouteTable(self, "Routes", vpc_id=vpc.ref)
        way_out = ec2.CfnRoute(
            self,
            "WayOut",
            route_table_id=routes.ref,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.ref,
        )
        way_out.add_resource_dependency(attachment)
        made: list[Any] = [vpc, gateway, attachment, routes, way_out]
        subnets = []
        for number, letter in enumerate("AB"):
            subnet = ec2.CfnSubnet(
                self,
                f"Subnet{letter}",
                vpc_id=vpc.ref,
                availability_zone=Fn.select(number, Fn.get_azs()),
                cidr_block=f"10.0.0.{number * 128}/25",
                map_public_ip_on_launch=False,
            )
            association = ec2.CfnSubnetRouteTableAssociation(
                self, f"Subnet{letter}Routes", subnet_id=subnet.ref, route_table_id=routes.ref
            )
            made += [subnet, association]
            subnets.append(subnet.ref)
        for resource in made:
            resource.cfn_options.condition = self.own
        Tags.of(self).add("Name", name)
        self.vpc_id = vpc.ref
        self.subnet_ids = subnets
