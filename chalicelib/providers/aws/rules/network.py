"""The network: its range, its ids, and the networks that are let in."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, ip_network

from chalicelib.domain.components import Dns, Network
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration

Path = tuple[str | int, ...]

EKS_BRIDGE = ip_network("172.17.0.0/16")
"""Docker's bridge on EKS nodes; a VPC in it can't reach some of its own addresses."""

PRIVATE = [IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]

MAX_PUBLIC_ACCESS_CIDRS = 40


def problems(config: Configuration) -> Iterator[FieldProblem]:
    if config.network is not None:
        yield from _network(config.network)
        yield from _public_endpoint(config.network)
    if config.dns is not None:
        yield from _dns(config.dns)
    for index, cache in enumerate(config.caches):
        yield from _distinct(("caches", index, "allowed_cidr_blocks"), cache.allowed_cidr_blocks)


def _network(network: Network) -> Iterator[FieldProblem]:
    if network.provision_network:
        yield from _new_range(network)
        for field in ("private_subnet_ids", "public_subnet_ids"):
            if getattr(network, field):
                yield FieldProblem(
                    ("network", field),
                    "a new network makes its own subnets; leave this empty, or use network_id",
                )
        return
    if not re.fullmatch(r"vpc-[0-9a-f]{8,17}", network.network_id or ""):
        yield FieldProblem(
            ("network", "network_id"), "must be the id of a VPC, such as vpc-0a1b2c3d4e5f67890"
        )
    for field in ("private_subnet_ids", "public_subnet_ids"):
        yield from _subnets(("network", field), getattr(network, field))
    if len(network.private_subnet_ids) == 1:
        yield FieldProblem(
            ("network", "private_subnet_ids"),
            "clusters and databases need subnets in at least two zones; name two or more, or none to use all",
        )


def _new_range(network: Network) -> Iterator[FieldProblem]:
    path = ("network", "cidr_block")
    block = ip_network(network.cidr_block)
    if not isinstance(block, IPv4Network) or not 16 <= block.prefixlen <= 22:
        yield FieldProblem(path, "must be an IPv4 network between /16 and /22, such as 10.0.0.0/16")
    elif block.overlaps(EKS_BRIDGE):
        yield FieldProblem(
            path, f"overlaps {EKS_BRIDGE}, which EKS nodes use inside; choose for example 10.0.0.0/16"
        )


def _subnets(path: Path, ids: Sequence[str]) -> Iterator[FieldProblem]:
    for index, subnet in enumerate(ids):
        if not re.fullmatch(r"subnet-[0-9a-f]{8,17}", subnet):
            yield FieldProblem((*path, index), "must be the id of a subnet, such as subnet-0a1b2c3d4e5f67890")
        elif subnet in ids[:index]:
            yield FieldProblem((*path, index), f"{subnet} is in the list already")


def _public_endpoint(network: Network) -> Iterator[FieldProblem]:
    path = ("network", "allowed_cidr_blocks")
    blocks = network.allowed_cidr_blocks
    if len(blocks) > MAX_PUBLIC_ACCESS_CIDRS:
        yield FieldProblem(
            path, f"EKS takes at most {MAX_PUBLIC_ACCESS_CIDRS} networks; there are {len(blocks)}"
        )
    for index, text in enumerate(blocks):
        block = ip_network(text)
        if not isinstance(block, IPv4Network):
            yield FieldProblem((*path, index), "the endpoint of an IPv4 cluster takes IPv4 networks only")
        elif any(block.subnet_of(private) for private in PRIVATE):
            yield FieldProblem(
                (*path, index),
                f"{text} is a private network, and those don't come through the public endpoint; "
                "name the public one that people come from",
            )
    yield from _distinct(path, blocks)


def _distinct(path: Path, blocks: Sequence[str]) -> Iterator[FieldProblem]:
    for index, text in enumerate(blocks):
        block = ip_network(text)
        for other in map(ip_network, blocks[:index]):
            if block.version == other.version and block.overlaps(other):
                yield FieldProblem((*path, index), f"{block} overlaps {other}; keep the wider one")
                break


def _dns(dns: Dns) -> Iterator[FieldProblem]:
    if dns.zone_id is not None and not re.fullmatch(r"[A-Z0-9]{1,32}", dns.zone_id):
        yield FieldProblem(
            ("dns", "zone_id"), "must be the id of a Route 53 zone, such as Z0123456789ABCDEFGHIJ"
        )
    if dns.enabled and dns.managed_certificate and len(dns.domain_name) > 62:
        yield FieldProblem(
            ("dns", "domain_name"),
            f"a certificate's name has at most 64 characters, and *.{dns.domain_name} has more; "
            "use a shorter domain, or set managed_certificate to false",
        )
