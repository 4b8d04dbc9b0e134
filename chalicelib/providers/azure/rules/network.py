"""The network: its range, its subnets, who is let in, and the domain in front of it."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from chalicelib.domain.components import Dns, Network
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from ..resource_ids import VIRTUAL_NETWORK, network_of, zone_of

RESERVED = {
    "127.0.0.0/8": "which every machine keeps for itself",
    "168.63.129.16/32": "from which Azure serves its machines",
    "169.254.0.0/16": "which Azure keeps for itself",
    "224.0.0.0/4": "which is for multicast",
}
"""Range → why no network of Azure can hold it."""

RESERVED_BY_AKS = {
    "172.30.0.0/16": "which AKS uses inside",
    "172.31.0.0/16": "which AKS uses inside",
    "192.0.2.0/24": "which AKS uses inside",
    "100.64.0.0/10": "from which pods and services get their addresses",
}
"""Range → why no network with a cluster can hold it."""

PRIVATE = [IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]

MOST_AUTHORIZED_RANGES = 200
"""Of AKS, the addresses of the cluster's own NAT gateways among them."""

LONGEST_COMMON_NAME = 64
"""Characters of the name that a certificate is made out to."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    if config.network is not None:
        if config.network.provision_network:
            yield from _new(config.network, with_cluster=config.cluster is not None)
        else:
            yield from _existing(config.network)
        yield from _authorized(config.network)
    if config.dns is not None:
        yield from _dns(config.dns)


def _new(network: Network, *, with_cluster: bool) -> Iterator[FieldProblem]:
    path = ("network", "cidr_block")
    block = ip_network(network.cidr_block)
    if not isinstance(block, IPv4Network) or not 16 <= block.prefixlen <= 22:
        yield FieldProblem(path, "must be an IPv4 network between /16 and /22, such as 10.0.0.0/16")
    else:
        for reserved, why in {**RESERVED, **(RESERVED_BY_AKS if with_cluster else {})}.items():
            if block.overlaps(ip_network(reserved)):
                yield FieldProblem(path, f"overlaps {reserved}, {why}; choose for example 10.0.0.0/16")
    for field in ("private_subnet_ids", "public_subnet_ids"):
        if getattr(network, field):
            yield FieldProblem(
                ("network", field), "a new network makes its own subnets; leave this empty, or use network_id"
            )


def _existing(network: Network) -> Iterator[FieldProblem]:
    if not network.private_subnet_ids:
        yield FieldProblem(
            ("network", "private_subnet_ids"),
            "Azure does not tell which subnets of a network are private; name at least one, the first for "
            "the cluster's nodes",
        )
    for field in ("private_subnet_ids", "public_subnet_ids"):
        for index, subnet in enumerate(getattr(network, field)):
            if _is_elsewhere(subnet, network.network_id or ""):
                yield FieldProblem(
                    ("network", field, index),
                    "is in another network than network_id; name one of its subnets",
                )
    for index, subnet in enumerate(network.public_subnet_ids):
        if subnet in network.private_subnet_ids:
            yield FieldProblem(
                ("network", "public_subnet_ids", index),
                "is a private subnet as well, and an Application Gateway needs one to itself; name another",
            )


def _is_elsewhere(subnet: str, network: str) -> bool:
    """Whether two ids that are right by themselves don't belong together; Azure's ids know no case."""
    holder = network_of(subnet)
    if holder is None or not VIRTUAL_NETWORK.fullmatch(network):
        return False
    return holder.lower() != network.lower()


def _authorized(network: Network) -> Iterator[FieldProblem]:
    path = ("network", "allowed_cidr_blocks")
    blocks = network.allowed_cidr_blocks
    own = (1 if network.single_nat_gateway else 3) if network.provision_network else 0
    if len(blocks) > MOST_AUTHORIZED_RANGES - own:
        yield FieldProblem(
            path,
            f"AKS takes at most {MOST_AUTHORIZED_RANGES} networks, and the cluster's own NAT gateways are "
            f"{own} of them; there are {len(blocks)}",
        )
    for index, text in enumerate(blocks):
        block = ip_network(text)
        if not isinstance(block, IPv4Network):
            yield FieldProblem((*path, index), "the endpoint of AKS takes IPv4 networks only")
        elif any(block.subnet_of(private) for private in PRIVATE):
            yield FieldProblem(
                (*path, index),
                f"{text} is a private network, and those don't come through the public endpoint; "
                "name the public one that people come from",
            )


def _dns(dns: Dns) -> Iterator[FieldProblem]:
    if dns.enabled and dns.managed_certificate and len(dns.domain_name) > LONGEST_COMMON_NAME:
        yield FieldProblem(
            ("dns", "domain_name"),
            f"a certificate's name has at most {LONGEST_COMMON_NAME} characters, and this has "
            f"{len(dns.domain_name)}; use a shorter domain, or set managed_certificate to false",
        )
    zone = zone_of(dns.zone_id) if dns.zone_id else None
    if zone is not None and not f".{dns.domain_name}".endswith(f".{zone.name.lower()}"):
        yield FieldProblem(
            ("dns", "zone_id"),
            f"holds the names of {zone.name}, and {dns.domain_name} is none; name the zone that it is in",
        )
