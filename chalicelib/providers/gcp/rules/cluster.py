"""The Kubernetes cluster: its version, its nodes or Autopilot, and its administrators."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

from chalicelib.domain.components import Cluster
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from ..catalogue import ARM_REGIONS, KUBERNETES_VERSIONS
from ..defaults import DEFAULTS
from .network import NAME

INSTANCE_TYPE = re.compile(r"[a-z][a-z0-9]*-[a-z0-9]+(-[a-z0-9]+)*")

HYPERDISK_ONLY = re.compile(r"(n4|n4a|n4d|c4|c4a|c4d)-")
"""Families that start from no persistent disk, which is what the template gives to nodes."""

ADMIN = re.compile(
    r"(user|group):[^@\s:]+@[^@\s:]+\.[^@\s:.]+"
    r"|serviceAccount:[a-z0-9][a-z0-9-]*@[a-z0-9.-]+\.gserviceaccount\.com"
    r"|principal(Set)?://iam\.googleapis\.com/\S+"
)

NODE_BITS = 25
"""Each node takes a /25 of the network's range for its pods, which are in its first half."""

NODE_FIELDS = (
    *("instance_types", "node_min_size", "node_desired_size", "node_max_size", "node_disk_size_gb"),
)

RANGES = ("pods_range_name", "services_range_name")


def problems(config: Configuration) -> Iterator[FieldProblem]:
    cluster = config.cluster
    if cluster is None:
        return
    yield from _version(cluster)
    if cluster.provider_config.get("enable_autopilot") is True:
        yield from _autopilot(cluster)
    else:
        yield from _machines(cluster, config.region)
        yield from _room(cluster, config)
    yield from _admins(cluster)
    yield from _ranges(cluster, config)


def _version(cluster: Cluster) -> Iterator[FieldProblem]:
    if cluster.cluster_version not in KUBERNETES_VERSIONS:
        yield FieldProblem(
            ("cluster", "cluster_version"),
            f"Kubernetes {cluster.cluster_version!r} is not offered; "
            f"choose one of {', '.join(KUBERNETES_VERSIONS)}",
        )


def _autopilot(cluster: Cluster) -> Iterator[FieldProblem]:
    """What a stage or the form fills in by itself says nothing; what a person chose would be ignored."""
    for field in NODE_FIELDS:
        usual = [Cluster.model_fields[field].default]
        usual += [defaults["cluster"].get(field) for defaults in DEFAULTS.values()]
        if getattr(cluster, field) not in usual:
            yield FieldProblem(
                ("cluster", field),
                "Autopilot chooses and sizes the nodes itself; leave this out, or turn enable_autopilot off",
            )


def _machines(cluster: Cluster, region: str) -> Iterator[FieldProblem]:
    path = ("cluster", "instance_types")
    if len(cluster.instance_types) > 1:
        yield FieldProblem(path, "a GKE node pool has one machine type; keep one of them")
    for index, instance_type in enumerate(cluster.instance_types):
        if not INSTANCE_TYPE.fullmatch(instance_type):
            yield FieldProblem(
                (*path, index), f"{instance_type!r} is no machine type; write for example e2-standard-2"
            )
        elif HYPERDISK_ONLY.match(instance_type):
            yield FieldProblem(
                (*path, index),
                f"{instance_type} starts from a Hyperdisk only, and nodes get persistent disks; "
                "choose another family, for example n2-standard-2",
            )
        elif instance_type.startswith("t2a-") and region not in ARM_REGIONS:
            yield FieldProblem(
                (*path, index),
                f"{region} has no {instance_type}; choose another family, for example n2-standard-2, or a "
                f"region of {', '.join(ARM_REGIONS)}",
            )


def _room(cluster: Cluster, config: Configuration) -> Iterator[FieldProblem]:
    if config.network is None or not config.network.provision_network:
        return
    nodes: int = 2 ** max(0, NODE_BITS - 1 - ip_network(config.network.cidr_block).prefixlen)
    if cluster.node_max_size > nodes:
        yield FieldProblem(
            ("cluster", "node_max_size"),
            f"a network of {config.network.cidr_block} has addresses for the pods of {nodes} nodes; "
            "allow fewer, or widen network.cidr_block",
        )


def _admins(cluster: Cluster) -> Iterator[FieldProblem]:
    for index, member in enumerate(cluster.cluster_admins):
        path = ("cluster", "cluster_admins", index)
        if not ADMIN.fullmatch(member):
            yield FieldProblem(
                path,
                "must be a member as IAM writes it: group:platform@example.com, user:ada@example.com or "
                "serviceAccount:deployer@shop-123456.iam.gserviceaccount.com",
            )
        elif member in cluster.cluster_admins[:index]:
            yield FieldProblem(path, f"{member} is in the list already")


def _ranges(cluster: Cluster, config: Configuration) -> Iterator[FieldProblem]:
    given = {name: cluster.provider_config[name] for name in RANGES if name in cluster.provider_config}
    for name, value in given.items():
        path = ("cluster", "provider_config", name)
        if config.network is not None and config.network.provision_network:
            yield FieldProblem(
                path, "a new network makes its own ranges; leave this out, or use network.network_id"
            )
        elif isinstance(value, str) and not re.fullmatch(NAME, value):
            yield FieldProblem(path, "must be the name of a secondary range of the subnet")
    if len(given) == 1:
        missing = next(name for name in RANGES if name not in given)
        yield FieldProblem(
            ("cluster", "provider_config", missing),
            f"is missing: {' and '.join(RANGES)} go together; name both, or neither to let GKE make them",
        )
