"""Ids of what exists in a subscription already, as Azure's resource manager writes them."""

import re
from dataclasses import dataclass

_GROUP = (
    r"/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/(?P<group>[^/\s]{1,90})/providers/Microsoft\.Network"
)

VIRTUAL_NETWORK = re.compile(rf"{_GROUP}/virtualNetworks/[\w.-]+")

SUBNET = re.compile(rf"(?P<network>{_GROUP}/virtualNetworks/[\w.-]+)/subnets/[\w.-]+")

_ZONE = re.compile(rf"{_GROUP}/dns[zZ]ones/(?P<name>[\w.-]+)")

OF_A_NETWORK = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/main"
OF_A_SUBNET = f"{OF_A_NETWORK}/subnets/private"
OF_A_ZONE = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/dnszones/example.com"


@dataclass(frozen=True)
class Zone:
    """A DNS zone by the names that tell it from others in its subscription."""

    name: str
    resource_group: str


def zone_of(resource_id: str) -> Zone | None:
    """The DNS zone with that id; ``None`` when it is the id of something else."""
    match = _ZONE.fullmatch(resource_id)
    return Zone(name=match["name"], resource_group=match["group"]) if match else None


def network_of(subnet_id: str) -> str | None:
    """Id of the network that the subnet with that id is in; ``None`` when it is no subnet's."""
    match = SUBNET.fullmatch(subnet_id)
    return match["network"] if match else None
