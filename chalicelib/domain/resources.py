"""What exists in a linked account, as far as a form can use it: regions, networks, subnets, hosted zones.

The names are cloud neutral: a network is a VPC, a VPC network or a VNet. Lists are cut at their limits, and
``truncated`` names the lists that were.
"""

import json
from typing import Any

from .model import Model

MAX_NETWORKS = 200
MAX_SUBNETS = 1000
MAX_HOSTED_ZONES = 500


class Region(Model):
    """A region that the account may use."""

    name: str
    label: str = ""


class Network(Model):
    """A network, in one region (GCP's are global: ``None``)."""

    network_id: str
    name: str = ""
    region: str | None = None
    cidr_block: str | None = None
    is_default: bool = False


class Subnet(Model):
    """A subnet; ``public`` when its route table leads to the internet."""

    subnet_id: str
    network_id: str
    name: str = ""
    region: str | None = None
    zone: str | None = None
    cidr_block: str | None = None
    public: bool = False


class HostedZone(Model):
    """A DNS zone."""

    hosted_zone_id: str
    domain_name: str
    private: bool = False


class CloudResources(Model):
    """Everything that one FETCH_RESOURCES found."""

    regions: list[Region] = []
    networks: list[Network] = []
    subnets: list[Subnet] = []
    hosted_zones: list[HostedZone] = []
    truncated: list[str] = []
    """Names of lists that had more than their limit."""
    unreadable: list[str] = []
    """What could not be read, each as a sentence with the reason; the other lists stand."""


MAX_NAME = 64
MAX_BYTES = 300 * 1024
"""Of all lists together, as JSON: they are kept in one row."""

_LIMITS = {"networks": MAX_NETWORKS, "subnets": MAX_SUBNETS, "hosted_zones": MAX_HOSTED_ZONES}


def limited(found: CloudResources) -> CloudResources:
    """`found`, cut to what is kept: each list to its limit, names to 64 characters, all of it to 300 KB."""
    lists: dict[str, list[Any]] = {name: getattr(found, name) for name in _LIMITS}
    truncated = set(found.truncated)
    for name, limit in _LIMITS.items():
        if len(lists[name]) > limit:
            truncated.add(name)
        lists[name] = [_short(item) for item in lists[name][:limit]]
    sizes = {name: [kept_size(item) for item in items] for name, items in lists.items()}
    while sum(map(sum, sizes.values())) > MAX_BYTES:
        longest = max(sizes, key=lambda name: sum(sizes[name]))
        keep = len(sizes[longest]) * 3 // 4
        truncated.add(longest)
        lists[longest], sizes[longest] = lists[longest][:keep], sizes[longest][:keep]
    return found.model_copy(update={**lists, "truncated": sorted(truncated)})


def kept_size(model: Model) -> int:
    """Bytes of a model in a row, where JSON is plain ASCII: a letter beyond that counts six."""
    return len(json.dumps(model.model_dump(mode="json")))


def _short(item: Any) -> Any:
    name = getattr(item, "name", "")
    return item.model_copy(update={"name": name[:MAX_NAME]}) if len(name) > MAX_NAME else item
