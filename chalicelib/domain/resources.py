"""What exists in a linked account, as far as a form can use it: regions, networks, subnets, hosted zones.

The names are cloud neutral: a network is a VPC, a VPC network or a VNet. Lists are cut at their limits, and
``truncated`` names the lists that were.
"""

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
