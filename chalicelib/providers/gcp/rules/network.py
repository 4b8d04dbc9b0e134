"""The network: its range, its ids, the networks that are let in, and the zone."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from chalicelib.domain.components import Dns, Network
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration

NAME = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""What most of Compute Engine's resources may be called."""

NETWORK_ID = re.compile(rf"(?:projects/(?P<project>[a-z0-9.:-]+)/global/networks/)?{NAME}")
SUBNET_ID = re.compile(
    rf"(?:projects/(?P<project>[a-z0-9.:-]+)/regions/(?P<region>[a-z0-9-]+)/subnetworks/)?{NAME}"
)

DOCKER_BRIDGE = IPv4Network("172.17.0.0/16")
"""What Cloud SQL uses inside; clients with such an address can't reach their database."""

NEVER_A_SUBNET = [
    IPv4Network(block) for block in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")
]

WIDEST, NARROWEST = 12, 20
"""Prefix lengths of a new network's range, out of which the template cuts one for each purpose."""

MAX_AUTHORIZED_NETWORKS = 50


def problems(config: Configuration) -> Iterator[FieldProblem]:
    if config.network is not None:
        if config.network.provision_network:
            yield from _new(config.network)
        else:
            yield from _existing(config.network, config)
        yield from _authorized_networks(config.network)
    if config.dns is not None:
        yield from _zone(config.dns)


def _new(network: Network) -> Iterator[FieldProblem]:
    path = ("network", "cidr_block")
    block = ip_network(network.cidr_block)
    if not isinstance(block, IPv4Network) or not WIDEST <= block.prefixlen <= NARROWEST:
        yield FieldProblem(
            path, f"must be an IPv4 network between /{WIDEST} and /{NARROWEST}, such as 10.0.0.0/16"
        )
    elif block.overlaps(DOCKER_BRIDGE):
        yield FieldProblem(
            path, f"overlaps {DOCKER_BRIDGE}, which Cloud SQL uses inside; choose for example 10.0.0.0/16"
        )
    elif any(block.overlaps(never) for never in NEVER_A_SUBNET):
        yield FieldProblem(
            path, f"{block} holds addresses that GCP gives to no subnet; choose for example 10.0.0.0/16"
        )
    for field in ("private_subnet_ids", "public_subnet_ids"):
        if getattr(network, field):
            yield FieldProblem(
                ("network", field), "a new network makes its own subnets; leave this empty, or use network_id"
            )


def _existing(network: Network, config: Configuration) -> Iterator[FieldProblem]:
    match = NETWORK_ID.fullmatch(network.network_id or "")
    if match is None:
        yield FieldProblem(
            ("network", "network_id"),
            "must be the name of a network, or for one of another project "
            "projects/<project>/global/networks/<name>",
        )
    if network.public_subnet_ids:
        yield FieldProblem(
            ("network", "public_subnet_ids"), "GCP has no public subnets; leave this empty on GCP"
        )
    path = ("network", "private_subnet_ids")
    subnets = network.private_subnet_ids
    if len(subnets) > 1:
        yield FieldProblem(path, "a GKE cluster lives in one subnet; name that one only")
    if config.cluster is not None and not subnets:
        yield FieldProblem(path, f"the cluster needs a subnet of {network.network_id} in {config.region}")
    for index, subnet in enumerate(subnets):
        yield from _subnet((*path, index), subnet, match["project"] if match else None, config.region)


def _subnet(
    path: tuple[str | int, ...], subnet: str, network_project: str | None, region: str
) -> Iterator[FieldProblem]:
    match = SUBNET_ID.fullmatch(subnet)
    if match is None:
        yield FieldProblem(
            path, "must be the name of a subnet, or projects/<project>/regions/<region>/subnetworks/<name>"
        )
    elif match["region"] not in (None, region):
        yield FieldProblem(path, f"is in {match['region']}, but the spec is for {region}; name one of there")
    elif match["project"] is not None and network_project not in (None, match["project"]):
        yield FieldProblem(
            path, f"is of project {match['project']}, but the network is of {network_project}; name its own"
        )


def _authorized_networks(network: Network) -> Iterator[FieldProblem]:
    path = ("network", "allowed_cidr_blocks")
    blocks = network.allowed_cidr_blocks
    if len(blocks) > MAX_AUTHORIZED_NETWORKS:
        yield FieldProblem(
            path, f"GKE takes at most {MAX_AUTHORIZED_NETWORKS} networks; there are {len(blocks)}"
        )
    for index, block in enumerate(blocks):
        if not isinstance(ip_network(block), IPv4Network):
            yield FieldProblem((*path, index), "GKE's endpoint takes IPv4 networks only")


def _zone(dns: Dns) -> Iterator[FieldProblem]:
    if dns.zone_id is not None and not re.fullmatch(NAME, dns.zone_id):
        yield FieldProblem(
            ("dns", "zone_id"),
            "must be the name of a Cloud DNS zone of the project (not its domain), such as shop-example-com",
        )
