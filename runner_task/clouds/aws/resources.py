"""What an AWS account has that a form can offer, in every region that is enabled.

Regions are read side by side, and for no longer than :data:`TIME_BOX`: what one region does not answer in
time, or refuses, is named, and the rest stands.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TimeIsUp
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.resources import CloudResources, HostedZone, Network, Region, Subnet
from chalicelib.providers.aws.catalogue import CATALOGUE

from .. import CloudContext
from .clients import Clients
from .connection import ENABLED

AT_ONCE = 8
"""Regions that are read at the same time."""

TIME_BOX = 180.0
"""Seconds for all regions together."""

LABELS = {choice.value: choice.label for choice in CATALOGUE.regions}


@dataclass
class Found:
    """What one region has."""

    networks: list[Network] = field(default_factory=list)
    subnets: list[Subnet] = field(default_factory=list)


def fetch_resources(context: CloudContext, clients: Clients) -> CloudResources:
    """Everything that can be read."""
    from botocore.exceptions import BotoCoreError, ClientError

    unreadable: list[str] = []
    hosted_zones: list[HostedZone] = []
    try:
        regions = _regions(clients)
    except (BotoCoreError, ClientError) as error:
        unreadable.append(f"The list of regions could not be read ({_reason(error)}).")
        regions = [context.access.region]
    context.check()
    context.say(f"Reading networks of {len(regions)} regions.")
    found = _each_region(context, clients, regions, unreadable)
    context.check()
    try:
        hosted_zones = list(_hosted_zones(clients))
    except (BotoCoreError, ClientError) as error:
        unreadable.append(f"Hosted zones could not be read ({_reason(error)}).")
    return CloudResources(
        regions=[Region(name=name, label=LABELS.get(name, "")) for name in regions],
        networks=[network for part in found for network in part.networks],
        subnets=[subnet for part in found for subnet in part.subnets],
        hosted_zones=hosted_zones,
        unreadable=unreadable,
    )


def _regions(clients: Clients) -> list[str]:
    """Names of the enabled regions, in order."""
    answer = clients.of("ec2").describe_regions(AllRegions=False)
    return sorted(
        str(region["RegionName"])
        for region in answer["Regions"]
        if region.get("OptInStatus", ENABLED[0]) in ENABLED
    )


def _each_region(
    context: CloudContext, clients: Clients, regions: list[str], unreadable: list[str]
) -> list[Found]:
    from botocore.exceptions import BotoCoreError, ClientError

    deadline = time.monotonic() + TIME_BOX
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="region")
    waiting: dict[str, Future[Found]] = {
        region: pool.submit(_read_region, clients, region) for region in regions
    }
    found: list[Found] = []
    try:
        for region, future in waiting.items():
            context.check()
            try:
                found.append(future.result(max(0.0, deadline - time.monotonic())))
            except TimeIsUp:
                unreadable.append(f"Networks of {region} did not come in time.")
            except (BotoCoreError, ClientError) as error:
                unreadable.append(f"Networks of {region} could not be read ({_reason(error)}).")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def _read_region(clients: Clients, region: str) -> Found:
    ec2 = clients.of("ec2", region)
    networks = [
        Network(
            network_id=vpc["VpcId"],
            name=_name(vpc),
            region=region,
            cidr_block=vpc.get("CidrBlock"),
            is_default=bool(vpc.get("IsDefault")),
        )
        for vpc in _every(ec2, "describe_vpcs", "Vpcs")
    ]
    if not networks:
        return Found()
    routes = Routes(_every(ec2, "describe_route_tables", "RouteTables"))
    subnets = [
        Subnet(
            subnet_id=subnet["SubnetId"],
            network_id=subnet["VpcId"],
            name=_name(subnet),
            region=region,
            zone=subnet.get("AvailabilityZone"),
            cidr_block=subnet.get("CidrBlock"),
            public=routes.lead_out(subnet["SubnetId"], subnet["VpcId"]),
        )
        for subnet in _every(ec2, "describe_subnets", "Subnets")
    ]
    return Found(networks, subnets)


class Routes:
    """Which subnets lead to the internet: a subnet without a table of its own has its network's main one."""

    def __init__(self, tables: Iterator[dict[str, Any]]) -> None:
        self._of_subnet: dict[str, bool] = {}
        self._of_network: dict[str, bool] = {}
        for table in tables:
            leads_out = any(map(_leads_out, table.get("Routes", [])))
            for association in table.get("Associations", []):
                if association.get("SubnetId"):
                    self._of_subnet[association["SubnetId"]] = leads_out
                elif association.get("Main"):
                    self._of_network[table["VpcId"]] = leads_out

    def lead_out(self, subnet_id: str, network_id: str) -> bool:
        return self._of_subnet.get(subnet_id, self._of_network.get(network_id, False))


def _leads_out(route: dict[str, Any]) -> bool:
    """Through an internet gateway that is there; an egress-only one (``eigw-``) lets nobody in."""
    return str(route.get("GatewayId") or "").startswith("igw-") and route.get("State") != "blackhole"


def _hosted_zones(clients: Clients) -> Iterator[HostedZone]:
    for zone in _every(clients.of("route53"), "list_hosted_zones", "HostedZones"):
        yield HostedZone(
            hosted_zone_id=str(zone["Id"]).rsplit("/", 1)[-1],
            domain_name=str(zone["Name"]).rstrip("."),
            private=bool(zone.get("Config", {}).get("PrivateZone")),
        )


def _every(client: Any, operation: str, field: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate():
        yield from page.get(field, [])


def _name(thing: dict[str, Any]) -> str:
    return next((str(tag["Value"]) for tag in thing.get("Tags", []) if tag["Key"] == "Name"), "")


def _reason(error: Any) -> str:
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code") or type(error).__name__)
