"""FETCH_RESOURCES: what a form can offer, from an emulated account with networks in two regions."""

import uuid
from typing import Any

import pytest

from chalicelib.domain.messages import Outcome
from chalicelib.domain.resources import HostedZone, Network, Subnet
from chalicelib.domain.results import ResourcesResult
from chalicelib.domain.words import JobType
from runner_task.clouds.aws import resources
from tests.contract.runner_task.accounts import Account
from tests.contract.runner_task.support import Bench


def tags(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


class ANetwork:
    """A network with one subnet that leads out and one that does not."""

    def __init__(self, ec2: Any, *, main_leads_out: bool) -> None:
        self.name = f"net-{uuid.uuid4().hex[:8]}"
        self.network = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags("vpc", self.name))
        self.network_id = self.network["Vpc"]["VpcId"]
        first, second = (
            ec2.create_subnet(VpcId=self.network_id, CidrBlock=f"10.9.{number}.0/24")["Subnet"]["SubnetId"]
            for number in range(2)
        )
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.network_id)
        of_network = [{"Name": "vpc-id", "Values": [self.network_id]}]
        (main,) = ec2.describe_route_tables(Filters=of_network)["RouteTables"]
        own = ec2.create_route_table(VpcId=self.network_id)["RouteTable"]["RouteTableId"]
        leads_out, stays_in = (main["RouteTableId"], own) if main_leads_out else (own, main["RouteTableId"])
        ec2.create_route(RouteTableId=leads_out, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        ec2.associate_route_table(RouteTableId=own, SubnetId=first if own == leads_out else second)
        self.public, self.private = first, second
        assert stays_in != leads_out


def test_networks_of_every_region_with_what_leads_out(
    bench: Bench, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The emulated cloud makes a default network in each region that is looked at, which takes it a while.
    monkeypatch.setattr(resources, "_regions", lambda clients: ["eu-west-1", "us-west-2"])
    account.make_role()
    account.link()
    here = ANetwork(account.client("ec2", "eu-west-1"), main_leads_out=True)
    there = ANetwork(account.client("ec2", "us-west-2"), main_leads_out=False)
    dns = account.client("route53")
    zone = dns.create_hosted_zone(Name="shop.example.com", CallerReference=here.name)["HostedZone"]

    report = bench.look(JobType.FETCH_RESOURCES, job_id="fetch")
    assert report.outcome is Outcome.SUCCEEDED, report.error
    assert isinstance(report.result, ResourcesResult)
    found = report.result.resources
    assert found.unreadable == [] and found.truncated == []
    assert [(region.name, region.label) for region in found.regions] == [
        ("eu-west-1", "Europe (Ireland)"),
        ("us-west-2", "US West (Oregon)"),
    ]

    networks = {network.network_id: network for network in found.networks}
    subnets = {subnet.subnet_id: subnet for subnet in found.subnets}
    for made, region in ((here, "eu-west-1"), (there, "us-west-2")):
        assert networks[made.network_id] == Network(
            network_id=made.network_id, name=made.name, region=region, cidr_block="10.9.0.0/16"
        )
        public, private = subnets[made.public], subnets[made.private]
        assert (public.public, private.public) == (True, False), region
        assert isinstance(public, Subnet) and public.network_id == made.network_id
        assert public.region == region and public.zone is not None and public.zone.startswith(region)
    assert any(network.is_default for network in found.networks)
    expected = HostedZone(hosted_zone_id=zone["Id"].rsplit("/", 1)[-1], domain_name="shop.example.com")
    assert expected in found.hosted_zones


def test_an_account_that_does_not_let_us_in(bench: Bench, account: Account) -> None:
    account.link()
    report = bench.look(JobType.FETCH_RESOURCES, job_id="fetch")
    assert report.outcome is Outcome.FAILED and report.error is not None
    assert report.result is None and "sts:ExternalId" in report.error.message
