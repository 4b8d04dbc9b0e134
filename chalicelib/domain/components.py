"""The parts of a spec, as the form sends them and the snapshot freezes them.

Each model holds what is true on every cloud: shapes, ranges and the defaults of the form. What one cloud
would refuse (a name too long for SQS, a version that RDS does not offer) is said by its provider.
``provider_config`` carries options that only one cloud has; a provider refuses keys that it does not map.
"""

import ipaddress
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from .model import Model
from .readable import readable
from .words import ComponentKind

JsonValue = Any
"""A value that JSON can carry; providers check what is inside."""


def _cidr(value: str) -> str:
    try:
        network = ipaddress.ip_network(value, strict=True)
    except ValueError:
        raise ValueError(
            f"{value!r} is not a network in CIDR notation; write for example 10.0.0.0/16 (host bits zero)"
        ) from None
    return str(network)


Cidr = Annotated[str, AfterValidator(_cidr)]
"""An IPv4 or IPv6 network such as ``10.0.0.0/16``."""

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=63, pattern=re.compile(r"^[a-z][a-z0-9_.-]*$").pattern)
]
"""A component's name: lower case, starting with a letter. It is the key of the component everywhere."""

Label = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$")]
"""A lower-case DNS label of at most 32 characters."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(readable)]
"""A short text that only the provider can judge: a version, an instance type, an id."""

ProviderConfig = dict[str, JsonValue]


class Network(Model):
    """The network everything else lives in: a new one, or an existing one by its id."""

    provision_network: bool = True
    cidr_block: Cidr = "10.0.0.0/16"
    network_id: Text | None = Field(None, description="An existing network; needs provision_network=false.")
    private_subnet_ids: list[Text] = Field([], description="The existing network's private subnets.")
    public_subnet_ids: list[Text] = Field([], description="The existing network's public subnets.")
    single_nat_gateway: bool = Field(True, description="One NAT gateway instead of one for each zone.")
    allowed_cidr_blocks: list[Cidr] = Field([], description="Who may reach the cluster's public endpoint.")

    @model_validator(mode="after")
    def _new_or_existing(self) -> "Network":
        if self.provision_network and self.network_id:
            raise ValueError("set provision_network to false to use an existing network_id, or leave it out")
        if not self.provision_network and not self.network_id:
            raise ValueError("provision_network is false, so network_id must name the existing network")
        return self


class Cluster(Model):
    """The Kubernetes cluster and its one node group."""

    cluster_version: Text
    instance_types: list[Text] = Field(min_length=1, max_length=20)
    node_min_size: int = Field(2, ge=0, le=1000)
    node_max_size: int = Field(5, ge=1, le=1000)
    node_desired_size: int = Field(2, ge=0, le=1000)
    node_disk_size_gb: int = Field(50, ge=20, le=16384, description="GiB of each node's root volume.")
    cluster_admins: list[Text] = Field([], description="Principals of the cloud that administer the cluster.")
    provider_config: ProviderConfig = {}

    @model_validator(mode="after")
    def _sizes_in_order(self) -> "Cluster":
        if not self.node_min_size <= self.node_desired_size <= self.node_max_size:
            raise ValueError(
                "node sizes must satisfy node_min_size <= node_desired_size <= node_max_size; "
                f"they are {self.node_min_size}, {self.node_desired_size} and {self.node_max_size}"
            )
        return self


class Dns(Model):
    """The zone, certificate and web firewall in front of the environment."""

    enabled: bool = True
    zone_id: Text | None = Field(None, description="An existing hosted zone; without one, a zone is created.")
    domain_name: Annotated[
        str,
        StringConstraints(
            max_length=253,
            pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        ),
    ]
    managed_certificate: bool = True
    waf_enabled: bool = False
    provider_config: ProviderConfig = {}


class Repositories(Model):
    """Where the environment's applications are described."""

    apps_destination_repo: Annotated[
        str, StringConstraints(max_length=512, pattern=r"^(https://|git@)[^\s@]+$")
    ]


class Database(Model):
    """One relational database cluster."""

    name: Name
    engine: Text
    engine_version: Text
    min_capacity: float = Field(0.5, ge=0, le=256, description="Smallest size, in capacity units.")
    max_capacity: float = Field(4, gt=0, le=256, description="Largest size, in capacity units.")
    port: int | None = Field(None, ge=1024, le=65535, description="Without one, the engine's usual port.")
    backup_retention_days: int = Field(7, ge=1, le=35)
    iam_auth: bool = False
    multi_az: bool = Field(False, description="Keep a reader in another zone, ready to take over.")
    deletion_protection: bool = False
    provider_config: ProviderConfig = {}

    @model_validator(mode="after")
    def _capacity_in_order(self) -> "Database":
        if self.min_capacity > self.max_capacity:
            raise ValueError(
                f"min_capacity {self.min_capacity:g} is greater than max_capacity {self.max_capacity:g}; "
                "lower the first or raise the second"
            )
        return self


class Cache(Model):
    """One in-memory cache."""

    name: Name
    engine: Literal["redis", "valkey"] = "valkey"
    engine_version: Text
    node_type: Text
    num_cache_nodes: int = Field(1, ge=1, le=6)
    multi_az: bool = False
    allowed_cidr_blocks: list[Cidr] = []

    @model_validator(mode="after")
    def _multi_az_needs_two(self) -> "Cache":
        if self.multi_az and self.num_cache_nodes < 2:
            raise ValueError("multi_az needs num_cache_nodes of at least 2, one for each zone")
        return self


class DeadLetter(Model):
    """Where messages go that could not be handled."""

    max_receive_count: int = Field(5, ge=1, le=1000)


class Queue(Model):
    """One message queue."""

    name: Name
    fifo: bool = False
    visibility_timeout: int = Field(30, ge=0, le=43200, description="Seconds.")
    message_retention: int = Field(345600, ge=60, le=1209600, description="Seconds.")
    delay_seconds: int = Field(0, ge=0, le=900)
    dead_letter: DeadLetter | None = None


class Subscription(Model):
    """One receiver of a topic's messages."""

    protocol: Text
    endpoint: Text


class Topic(Model):
    """One publish-subscribe topic."""

    name: Name
    subscriptions: list[Subscription] = Field([], max_length=100)


class NosqlTable(Model):
    """One key-value or document table."""

    name: Name
    table_type: Literal["standard", "global"] = "standard"
    hash_key: Text
    hash_key_type: Literal["S", "N", "B"] = "S"
    range_key: Text | None = None
    range_key_type: Literal["S", "N", "B"] | None = None
    billing_mode: Literal["PAY_PER_REQUEST", "PROVISIONED"] = "PAY_PER_REQUEST"
    point_in_time_recovery: bool = True
    global_replicas: list[Text] = Field([], description="Regions that a global table is copied to.")
    provider_config: ProviderConfig = {}

    @model_validator(mode="after")
    def _keys_and_replicas(self) -> "NosqlTable":
        if self.range_key_type and not self.range_key:
            raise ValueError("range_key_type is set without a range_key; name the key or leave the type out")
        if self.range_key == self.hash_key:
            raise ValueError("range_key must differ from hash_key")
        if self.table_type == "global" and not self.global_replicas:
            raise ValueError("a global table needs at least one region in global_replicas")
        if self.table_type == "standard" and self.global_replicas:
            raise ValueError("global_replicas need table_type 'global'")
        return self


class ContainerRegistry(Model):
    """One repository of container images."""

    name: Name
    image_tag_mutability: Literal["MUTABLE", "IMMUTABLE"] = "IMMUTABLE"
    scan_on_push: bool = True


class StorageBucket(Model):
    """One bucket of objects."""

    name: Name
    versioning: bool = True
    encryption: bool = True
    public_access: bool = False
    cors_origins: list[Text] = []


class Secret(Model):
    """One named secret. Its value lives in the cloud's secret store and nowhere in Alethia."""

    name: Name
    generate: bool = True
    length: int = Field(32, ge=8, le=128)
    special_chars: bool = True


SINGLETONS: dict[ComponentKind, str] = {
    ComponentKind.NETWORK: "network",
    ComponentKind.CLUSTER: "cluster",
    ComponentKind.DNS: "dns",
    ComponentKind.REPOSITORIES: "repositories",
}
"""Kinds of which a spec has one or none → the field that holds it. Its name is the kind itself."""

COLLECTIONS: dict[ComponentKind, str] = {
    ComponentKind.DATABASE: "databases",
    ComponentKind.CACHE: "caches",
    ComponentKind.QUEUE: "queues",
    ComponentKind.TOPIC: "topics",
    ComponentKind.NOSQL_TABLE: "nosql_tables",
    ComponentKind.CONTAINER_REGISTRY: "container_registries",
    ComponentKind.STORAGE_BUCKET: "storage_buckets",
    ComponentKind.SECRET: "secrets",
}
"""Kinds of which a spec has any number → the field that holds them."""
