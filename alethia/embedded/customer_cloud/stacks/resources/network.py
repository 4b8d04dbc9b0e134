"""A network with a way out: VPC, subnets, gateway, routes, security group."""

from typing import Any

from ..template import Json
from .base import Deed, Made, Replaced, changes, reported

NOT_SENT = {"Tags"}


class Vpc:
    """``AWS::EC2::VPC``."""

    def create(self, deed: Deed) -> Made:
        with reported():
            vpc = deed.client("ec2").create_vpc(CidrBlock=deed.get("CidrBlock"), **_tagged(deed, "vpc"))[
                "Vpc"
            ]
            self._set(deed, vpc["VpcId"])
        return Made(vpc["VpcId"], {"VpcId": vpc["VpcId"], "CidrBlock": vpc["CidrBlock"]})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        if "CidrBlock" in changes(deed, before):
            return None
        with reported():
            self._set(deed, there.physical_id)
            _retag(deed, there)
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("InvalidVpcID.NotFound",)):
            deed.client("ec2").delete_vpc(VpcId=there.physical_id)

    @staticmethod
    def _set(deed: Deed, vpc_id: str) -> None:
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in deed.properties:
                value = {"Value": _true(deed.get(name))}
                deed.client("ec2").modify_vpc_attribute(VpcId=vpc_id, **{name: value})


class Subnet:
    """``AWS::EC2::Subnet``."""

    def create(self, deed: Deed) -> Made:
        wanted = {
            name: deed.get(name) for name in ("VpcId", "CidrBlock", "AvailabilityZone") if deed.get(name)
        }
        with reported():
            subnet = deed.client("ec2").create_subnet(**wanted, **_tagged(deed, "subnet"))["Subnet"]
            self._set(deed, subnet["SubnetId"])
        return Made(
            subnet["SubnetId"],
            {name: subnet[name] for name in ("SubnetId", "VpcId", "CidrBlock", "AvailabilityZone")},
        )

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        if changes(deed, before) - {"MapPublicIpOnLaunch", "Tags"}:
            return None
        with reported():
            self._set(deed, there.physical_id)
            _retag(deed, there)
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("InvalidSubnetID.NotFound",)):
            deed.client("ec2").delete_subnet(SubnetId=there.physical_id)

    @staticmethod
    def _set(deed: Deed, subnet_id: str) -> None:
        if "MapPublicIpOnLaunch" in deed.properties:
            public = {"Value": _true(deed.get("MapPublicIpOnLaunch"))}
            deed.client("ec2").modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch=public)


class InternetGateway(Replaced):
    """``AWS::EC2::InternetGateway``."""

    def create(self, deed: Deed) -> Made:
        with reported():
            made = deed.client("ec2").create_internet_gateway(**_tagged(deed, "internet-gateway"))
        gateway = made["InternetGateway"]["InternetGatewayId"]
        return Made(gateway, {"InternetGatewayId": gateway})

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("InvalidInternetGatewayID.NotFound",)):
            deed.client("ec2").delete_internet_gateway(InternetGatewayId=there.physical_id)


class GatewayAttachment(Replaced):
    """``AWS::EC2::VPCGatewayAttachment``."""

    def create(self, deed: Deed) -> Made:
        with reported():
            deed.client("ec2").attach_internet_gateway(**self._both(deed))
        return Made(f"IGW|{deed.get('VpcId')}", {"AttachmentType": "IGW"})

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("Gateway.NotAttached", "InvalidInternetGatewayID.NotFound")):
            deed.client("ec2").detach_internet_gateway(**self._both(deed))

    @staticmethod
    def _both(deed: Deed) -> dict[str, str]:
        return {"InternetGatewayId": deed.get("InternetGatewayId"), "VpcId": deed.get("VpcId")}


class RouteTable(Replaced):
    """``AWS::EC2::RouteTable``."""

    def create(self, deed: Deed) -> Made:
        with reported():
            made = deed.client("ec2").create_route_table(
                VpcId=deed.get("VpcId"), **_tagged(deed, "route-table")
            )
        table = made["RouteTable"]["RouteTableId"]
        return Made(table, {"RouteTableId": table})

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("InvalidRouteTableID.NotFound",)):
            deed.client("ec2").delete_route_table(RouteTableId=there.physical_id)


class Route(Replaced):
    """``AWS::EC2::Route``."""

    def create(self, deed: Deed) -> Made:
        with reported():
            deed.client("ec2").create_route(**deed.properties)
        return Made(f"{deed.get('RouteTableId')}|{deed.get('DestinationCidrBlock')}")

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("InvalidRoute.NotFound", "InvalidRouteTableID.NotFound")):
            deed.client("ec2").delete_route(
                RouteTableId=deed.get("RouteTableId"),
                DestinationCidrBlock=deed.get("DestinationCidrBlock"),
            )


class RouteTableAssociation(Replaced):
    """``AWS::EC2::SubnetRouteTableAssociation``."""

    def create(self, deed: Deed) -> Made:
        with reported():
            made = deed.client("ec2").associate_route_table(**deed.properties)
        return Made(made["AssociationId"], {"Id": made["AssociationId"]})

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("InvalidAssociationID.NotFound",)):
            deed.client("ec2").disassociate_route_table(AssociationId=there.physical_id)


class SecurityGroup:
    """``AWS::EC2::SecurityGroup``. With rules of its own for what goes out, it has no other."""

    def create(self, deed: Deed) -> Made:
        ec2 = deed.client("ec2")
        vpc = {"VpcId": deed.get("VpcId")} if deed.get("VpcId") else {}
        with reported():
            group = ec2.create_security_group(
                GroupName=deed.name("GroupName"),
                Description=deed.get("GroupDescription"),
                **vpc,
                **_tagged(deed, "security-group"),
            )["GroupId"]
            if deed.get("SecurityGroupEgress"):
                ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[EVERYWHERE])
            self._allow(deed, group)
        return Made(group, {"GroupId": group, "VpcId": deed.get("VpcId", "")})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        if changes(deed, before) - {"SecurityGroupEgress", "SecurityGroupIngress", "Tags"}:
            return None
        ec2 = deed.client("ec2")
        with reported():
            for way, revoke in (
                ("SecurityGroupEgress", ec2.revoke_security_group_egress),
                ("SecurityGroupIngress", ec2.revoke_security_group_ingress),
            ):
                if before.get(way):
                    revoke(GroupId=there.physical_id, IpPermissions=_permissions(before[way]))
            self._allow(deed, there.physical_id)
            _retag(deed, there)
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("InvalidGroup.NotFound",)):
            deed.client("ec2").delete_security_group(GroupId=there.physical_id)

    @staticmethod
    def _allow(deed: Deed, group: str) -> None:
        ec2, out, inside = (
            deed.client("ec2"),
            deed.get("SecurityGroupEgress"),
            deed.get("SecurityGroupIngress"),
        )
        if out:
            ec2.authorize_security_group_egress(GroupId=group, IpPermissions=_permissions(out))
        if inside:
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=_permissions(inside))


EVERYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
"""What a new group lets out, until it is told otherwise."""


def _permissions(rules: list[Json]) -> list[dict[str, Any]]:
    permissions = []
    for rule in rules:
        about = {"Description": rule["Description"]} if rule.get("Description") else {}
        permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
        permission |= {end: int(rule[end]) for end in ("FromPort", "ToPort") if end in rule}
        if "CidrIp" in rule:
            permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **about}]
        if "CidrIpv6" in rule:
            permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **about}]
        permissions.append(permission)
    return permissions


def _tagged(deed: Deed, kind: str) -> dict[str, Any]:
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": deed.tag_list}]} if deed.tags else {}


def _retag(deed: Deed, there: Made) -> None:
    if deed.tags:
        deed.client("ec2").create_tags(Resources=[there.physical_id], Tags=deed.tag_list)


def _true(value: Any) -> bool:
    return str(value).lower() == "true"
