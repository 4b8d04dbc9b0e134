"""What an Azure subscription has that a form can offer.

No subnet counts as public: Azure has no such thing. Whether a machine can be reached is up to its own public
address, whatever its subnet.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from chalicelib.domain.resources import CloudResources, HostedZone, Network, Region, Subnet

from ...errors import NotLetIn
from .. import CloudContext
from ..rest import CloudError, Rest
from .sessions import ARM, Sessions

T = TypeVar("T")

Found = tuple[list[Network], list[Subnet]]


def fetch_resources(context: CloudContext, rest: Rest, sessions: Sessions) -> CloudResources:
    """Everything that can be read."""
    subscription = Subscription(rest, sessions.access_token(), str(context.access.account_id))
    context.say(f"Reading subscription {context.access.account_id}.")
    unreadable: list[str] = []

    def read(what: str, reader: Callable[[], Iterator[T]]) -> list[T]:
        try:
            return list(reader())
        except (CloudError, NotLetIn) as error:
            unreadable.append(f"{what} could not be read: {error.message}")
            return []

    found = read("Virtual networks and their subnets", subscription.networks)
    return CloudResources(
        regions=read("Locations", subscription.regions),
        networks=[network for network, _ in found],
        subnets=[subnet for _, subnets in found for subnet in subnets],
        hosted_zones=[
            *read("Public DNS zones", subscription.public_zones),
            *read("Private DNS zones", subscription.private_zones),
        ],
        unreadable=unreadable,
    )


class Subscription:
    """One subscription's lists, page after page."""

    def __init__(self, rest: Rest, token: str, subscription: str) -> None:
        self._rest = rest
        self._token = token
        self._subscription = subscription

    def regions(self) -> Iterator[Region]:
        for location in self._every("locations", "2022-12-01"):
            if location.get("metadata", {}).get("regionType", "Physical") == "Physical":
                yield Region(name=location["name"], label=location.get("displayName") or "")

    def networks(self) -> Iterator[tuple[Network, list[Subnet]]]:
        """Each virtual network with its subnets; Azure answers them together."""
        for network in self._every("providers/Microsoft.Network/virtualNetworks", "2024-05-01"):
            properties = network.get("properties", {})
            yield (
                Network(
                    network_id=network["id"],
                    name=network["name"],
                    region=network.get("location"),
                    cidr_block=_first(properties.get("addressSpace", {}).get("addressPrefixes")),
                ),
                [
                    Subnet(
                        subnet_id=subnet["id"],
                        network_id=network["id"],
                        name=subnet["name"],
                        region=network.get("location"),
                        cidr_block=_prefix(subnet.get("properties", {})),
                    )
                    for subnet in properties.get("subnets", [])
                ],
            )

    def public_zones(self) -> Iterator[HostedZone]:
        yield from self._zones("dnszones", "2018-05-01", private=False)

    def private_zones(self) -> Iterator[HostedZone]:
        yield from self._zones("privateDnsZones", "2020-06-01", private=True)

    def _zones(self, kind: str, version: str, *, private: bool) -> Iterator[HostedZone]:
        for zone in self._every(f"providers/Microsoft.Network/{kind}", version):
            yield HostedZone(hosted_zone_id=zone["id"], domain_name=zone["name"], private=private)

    def _every(self, what: str, version: str) -> Iterator[dict[str, Any]]:
        path = f"/subscriptions/{self._subscription}/{what}"
        asked = {"api-version": version}
        for page in self._rest.pages(ARM, path, self._token, asked, next_field="nextLink"):
            yield from page.get("value", [])


def _first(prefixes: list[str] | None) -> str | None:
    return prefixes[0] if prefixes else None


def _prefix(properties: dict[str, Any]) -> str | None:
    return properties.get("addressPrefix") or _first(properties.get("addressPrefixes"))
