"""What a GCP project has that a form can offer.

Ids are GCP's own relative names (``projects/p/global/networks/n``), as its terraform provider takes them. A
subnet counts as public when its network has a route for everybody (no tags) from anywhere to the default
internet gateway; whether a machine in it can be reached is still up to its external address and the firewall.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from chalicelib.domain.resources import CloudResources, HostedZone, Network, Region, Subnet

from ...errors import NotLetIn
from .. import CloudContext
from ..rest import CloudError, Json, Rest
from .sessions import Sessions

COMPUTE = "compute.googleapis.com"
DNS = "dns.googleapis.com"
PAGE = {"maxResults": 500}
ANYWHERE = ("0.0.0.0/0", "::/0")
INTERNET = "/gateways/default-internet-gateway"

T = TypeVar("T")


def fetch_resources(context: CloudContext, rest: Rest, sessions: Sessions) -> CloudResources:
    """Everything that can be read."""
    project = Project(rest, sessions.access_token(), str(context.access.account_id))
    context.say(f"Reading project {context.access.account_id}.")
    unreadable: list[str] = []

    def read(what: str, reader: Callable[[], Iterator[T]]) -> list[T]:
        try:
            return list(reader())
        except (CloudError, NotLetIn) as error:
            unreadable.append(f"{what} could not be read: {error.message}")
            return []

    public = set(read("Routes (so no subnet counts as public)", project.networks_with_a_way_out))
    return CloudResources(
        regions=read("Regions", project.regions),
        networks=read("Networks", project.networks),
        subnets=read("Subnets", lambda: project.subnets(public)),
        hosted_zones=read("Managed zones", project.hosted_zones),
        unreadable=unreadable,
    )


class Project:
    """One project's lists, page after page."""

    def __init__(self, rest: Rest, token: str, project: str) -> None:
        self._rest = rest
        self._token = token
        self._project = project

    def regions(self) -> Iterator[Region]:
        for region in self._compute("regions"):
            if region.get("status", "UP") == "UP":
                yield Region(name=region["name"], label=region.get("description") or "")

    def networks(self) -> Iterator[Network]:
        for network in self._compute("global/networks"):
            yield Network(
                network_id=_relative(network["selfLink"]),
                name=network["name"],
                cidr_block=network.get("IPv4Range"),
                is_default=network["name"] == "default",
            )

    def subnets(self, public: set[str]) -> Iterator[Subnet]:
        for scope in self._compute_pages("aggregated/subnetworks"):
            for here in scope.get("items", {}).values():
                for subnet in here.get("subnetworks", []):
                    network = _relative(subnet["network"])
                    yield Subnet(
                        subnet_id=_relative(subnet["selfLink"]),
                        network_id=network,
                        name=subnet["name"],
                        region=str(subnet["region"]).rsplit("/", 1)[-1],
                        cidr_block=subnet.get("ipCidrRange"),
                        public=network in public,
                    )

    def networks_with_a_way_out(self) -> Iterator[str]:
        for route in self._compute("global/routes"):
            to_internet = str(route.get("nextHopGateway", "")).endswith(INTERNET)
            if to_internet and route.get("destRange") in ANYWHERE and not route.get("tags"):
                yield _relative(route["network"])

    def hosted_zones(self) -> Iterator[HostedZone]:
        path = f"/dns/v1/projects/{self._project}/managedZones"
        for page in self._rest.pages(DNS, path, self._token, PAGE, next_field="nextPageToken"):
            for zone in page.get("managedZones", []):
                yield HostedZone(
                    hosted_zone_id=zone["name"],
                    domain_name=str(zone["dnsName"]).rstrip("."),
                    private=zone.get("visibility") == "private",
                )

    def _compute(self, collection: str) -> Iterator[dict[str, Any]]:
        for page in self._compute_pages(collection):
            yield from page.get("items", [])

    def _compute_pages(self, collection: str) -> Iterator[Json]:
        path = f"/compute/v1/projects/{self._project}/{collection}"
        return self._rest.pages(COMPUTE, path, self._token, PAGE, next_field="nextPageToken")


def _relative(link: str) -> str:
    """``projects/…`` out of a full address."""
    return "projects/" + str(link).split("/projects/", 1)[-1]
