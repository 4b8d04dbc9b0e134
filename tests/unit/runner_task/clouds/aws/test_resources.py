"""Which subnets lead to the internet, and what stands when a part can't be read."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from runner_task.clouds.aws import resources
from runner_task.clouds.aws.resources import Routes, fetch_resources
from tests.unit.runner_task.clouds.aws.support import a_context

OUT = {"GatewayId": "igw-1", "DestinationCidrBlock": "0.0.0.0/0", "State": "active"}


@pytest.mark.parametrize(
    ("route", "leads_out"),
    [
        (OUT, True),
        ({**OUT, "State": "blackhole"}, False),
        ({"NatGatewayId": "nat-1", "DestinationCidrBlock": "0.0.0.0/0"}, False),
        ({"EgressOnlyInternetGatewayId": "eigw-1", "DestinationIpv6CidrBlock": "::/0"}, False),
        ({"GatewayId": "local", "DestinationCidrBlock": "10.0.0.0/16"}, False),
    ],
)
def test_a_subnet_with_a_route_table_of_its_own(route: dict[str, Any], leads_out: bool) -> None:
    table = {"VpcId": "vpc-1", "Routes": [route], "Associations": [{"SubnetId": "subnet-1"}]}
    assert Routes(iter([table])).lead_out("subnet-1", "vpc-1") is leads_out


def test_without_one_the_main_table_of_its_network_counts() -> None:
    main = {"VpcId": "vpc-1", "Routes": [OUT], "Associations": [{"Main": True}]}
    own = {"VpcId": "vpc-1", "Routes": [], "Associations": [{"SubnetId": "subnet-1"}]}
    routes = Routes(iter([main, own]))
    assert not routes.lead_out("subnet-1", "vpc-1")
    assert routes.lead_out("subnet-2", "vpc-1")
    assert not routes.lead_out("subnet-3", "vpc-2")


class Region:
    """An EC2 or Route 53 client; some operations are refused, some take for ever."""

    def __init__(self, refuse: set[str], region: str) -> None:
        self.refuse, self.region = refuse, region

    def describe_regions(self, **_: Any) -> Any:
        self._check("describe_regions")
        statuses = {"us-west-2": "opt-in-not-required", "eu-west-1": "opted-in", "me-south-1": "not-opted-in"}
        return {"Regions": [{"RegionName": name, "OptInStatus": how} for name, how in statuses.items()]}

    def get_paginator(self, operation: str) -> Any:
        self._check(operation)
        self._check(f"{operation} {self.region}")
        pages = {
            "describe_vpcs": {"Vpcs": [{"VpcId": f"vpc-{self.region}"}]},
            "list_hosted_zones": {"HostedZones": [{"Id": "/hostedzone/Z1", "Name": "example.com."}]},
        }
        return type("Pages", (), {"paginate": lambda _: [pages.get(operation, {})]})()

    def _check(self, operation: str) -> None:
        if operation in self.refuse:
            raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "canary"}}, operation)


class Clients:
    def __init__(self, *refuse: str) -> None:
        self.refuse = set(refuse)

    def of(self, service: str, region: str | None = None) -> Region:
        return Region(self.refuse, region or "eu-west-1")


def fetched(tmp_path: Path, *refuse: str) -> Any:
    return fetch_resources(a_context(tmp_path), Clients(*refuse))  # type: ignore[arg-type]


def test_only_regions_that_are_enabled_are_read(tmp_path: Path) -> None:
    found = fetched(tmp_path)
    assert [region.name for region in found.regions] == ["eu-west-1", "us-west-2"]
    assert [network.region for network in found.networks] == ["eu-west-1", "us-west-2"]


def test_a_region_that_refuses_is_named_and_the_others_stand(tmp_path: Path) -> None:
    found = fetched(tmp_path, "describe_vpcs us-west-2")
    assert [network.network_id for network in found.networks] == ["vpc-eu-west-1"]
    assert found.unreadable == ["Networks of us-west-2 could not be read (UnauthorizedOperation)."]
    assert [zone.domain_name for zone in found.hosted_zones] == ["example.com"]


def test_without_the_list_of_regions_the_identity_s_own_is_read(tmp_path: Path) -> None:
    found = fetched(tmp_path, "describe_regions", "list_hosted_zones")
    assert [region.name for region in found.regions] == ["eu-west-1"]
    assert [network.region for network in found.networks] == ["eu-west-1"]
    assert len(found.unreadable) == 2 and "canary" not in str(found.unreadable)


def test_a_region_that_takes_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    gate = threading.Event()
    read = resources._read_region
    monkeypatch.setattr(resources, "TIME_BOX", 0.2)
    monkeypatch.setattr(
        resources, "_read_region", lambda clients, region: gate.wait(5) and read(clients, region)
    )
    found = fetched(tmp_path)
    gate.set()
    assert found.unreadable == [
        f"Networks of {region} did not come in time." for region in ("eu-west-1", "us-west-2")
    ]
