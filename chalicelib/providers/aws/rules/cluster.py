"""The Kubernetes cluster: its version, its machines and its administrators."""

import re
from collections.abc import Iterator

from chalicelib.domain.components import Cluster
from chalicelib.domain.errors import FieldProblem

from ...base import Configuration
from ..catalogue import KUBERNETES_VERSIONS

INSTANCE_TYPE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+")

ARM = re.compile(r"(a1|[a-z]+\d+g[a-z]*)\.")
"""Families with AWS's own Arm processors: a "g" right after the generation."""


def problems(config: Configuration) -> Iterator[FieldProblem]:
    if config.cluster is not None:
        yield from _version(config.cluster)
        yield from _machines(config.cluster)
        yield from _admins(config.cluster)


def _version(cluster: Cluster) -> Iterator[FieldProblem]:
    if cluster.cluster_version not in KUBERNETES_VERSIONS:
        yield FieldProblem(
            ("cluster", "cluster_version"),
            f"Kubernetes {cluster.cluster_version!r} is not offered; "
            f"choose one of {', '.join(KUBERNETES_VERSIONS)}",
        )


def _machines(cluster: Cluster) -> Iterator[FieldProblem]:
    path = ("cluster", "instance_types")
    for index, instance_type in enumerate(cluster.instance_types):
        if not INSTANCE_TYPE.fullmatch(instance_type):
            yield FieldProblem(
                (*path, index), f"{instance_type!r} is no instance type; write for example t3.medium"
            )
        elif instance_type in cluster.instance_types[:index]:
            yield FieldProblem((*path, index), f"{instance_type} is in the list already")
    if len({bool(ARM.match(instance_type)) for instance_type in cluster.instance_types}) > 1:
        yield FieldProblem(path, "a node group has one architecture; choose Arm types only, or none of them")


def _admins(cluster: Cluster) -> Iterator[FieldProblem]:
    for index, arn in enumerate(cluster.cluster_admins):
        path = ("cluster", "cluster_admins", index)
        if not re.fullmatch(r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+", arn):
            yield FieldProblem(
                path,
                "must be the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/platform",
            )
        elif arn in cluster.cluster_admins[:index]:
            yield FieldProblem(path, f"{arn} is in the list already")
