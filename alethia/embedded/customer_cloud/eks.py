"""EKS clusters and node groups: what was asked for comes back, and updates answer with an update.

* ``accessConfig`` is dropped. Symptom: the cluster is replaced at each plan.
* ``vpcConfig`` lacks what AWS adds: the VPC, a cluster security group (a real one here, so that rules can
  name it) and, for a public endpoint, its networks.
* Every cluster has the same OIDC issuer. Symptom: a second cluster can't have its IAM provider.
* UpdateClusterConfig returns a cluster where AWS returns an update. Symptom: the provider crashes, and takes
  every resource in flight with it.
* DescribeUpdate, UpdateClusterVersion and UpdateNodegroupVersion are missing; the provider waits on the
  first.
* A node group is invented an SSH key and loses its ``updateConfig``. Symptom: it is replaced at each plan.
* Tags can be changed on clusters only.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import ec2_backends
from moto.eks import urls
from moto.eks.exceptions import ResourceNotFoundException
from moto.eks.models import Cluster, EKSBackend, Nodegroup
from moto.eks.responses import EKSResponse

from .patching import Method, add_actions, around

DEFAULT_ACCESS = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}


def close_gaps() -> None:
    _complete_new_clusters()
    _complete_new_nodegroups()
    _answer_updates()
    _tag_everything()


def cluster_of(response: Any) -> Any:
    """The cluster that a request names in its path; 404 as AWS answers it when there is none."""
    return response.eks_backend.describe_cluster(name=response._get_param("name"))


def missing(what: str) -> ResourceNotFoundException:
    """AWS's refusal for a thing that does not exist."""
    return ResourceNotFoundException(message=f"{what} not found")


def record_update(cluster: Any, kind: str) -> dict[str, Any]:
    """An update that is already done; DescribeUpdate finds it again."""
    update = {
        "id": str(uuid.uuid4()),
        "status": "Successful",
        "type": kind,
        "params": [],
        "createdAt": datetime.now(UTC),
        "errors": [],
    }
    cluster.updates[update["id"]] = update
    return update


def _complete_new_clusters() -> None:
    @around(Cluster, "__init__")
    def with_room_for_more(original: Method, cluster: Any, **kwargs: Any) -> None:
        original(cluster, **kwargs)
        cluster.access_config = dict(DEFAULT_ACCESS)
        cluster.upgrade_policy = {"supportType": "EXTENDED"}
        cluster.updates = {}
        issuer = f"https://oidc.eks.{kwargs['region_name']}.amazonaws.com/id/{uuid.uuid4().hex.upper()}"
        cluster.identity = {"oidc": {"issuer": issuer}}
        cluster.resources_vpc_config = _complete_vpc(cluster, **kwargs)

    @around(EKSResponse, "create_cluster")
    def with_access_config(original: Method, response: Any) -> Any:
        answer = original(response)
        answer.result["cluster"].access_config.update(response._get_param("accessConfig") or {})
        return answer

    @around(EKSBackend, "delete_cluster")
    def with_its_security_group(original: Method, backend: Any, name: str) -> Any:
        cluster = original(backend, name)
        ec2 = ec2_backends[backend.account_id][backend.region_name]
        ec2.delete_security_group(group_id=cluster.resources_vpc_config["clusterSecurityGroupId"])
        return cluster


def _complete_vpc(cluster: Any, account_id: str, region_name: str, **_: Any) -> dict[str, Any]:
    config = dict(cluster.resources_vpc_config)
    ec2 = ec2_backends[account_id][region_name]
    config["vpcId"] = ec2.get_subnet(config["subnetIds"][0]).vpc_id
    group = ec2.create_security_group(
        name=f"eks-cluster-sg-{cluster.name}-{uuid.uuid4().hex[:8]}",
        description="EKS created security group",
        vpc_id=config["vpcId"],
        tags={"aws:eks:cluster-name": cluster.name},
    )
    config["clusterSecurityGroupId"] = group.id
    if config.get("endpointPublicAccess", True):
        config.setdefault("publicAccessCidrs", ["0.0.0.0/0"])
    else:
        config.setdefault("publicAccessCidrs", [])
    return config


def _complete_new_nodegroups() -> None:
    @around(Nodegroup, "__init__")
    def without_inventions(original: Method, nodegroup: Any, **kwargs: Any) -> None:
        original(nodegroup, **kwargs)
        nodegroup.remote_access = kwargs.get("remote_access")
        nodegroup.update_config = kwargs.get("update_config") or {"maxUnavailable": 1}

    @around(EKSResponse, "create_nodegroup")
    def with_update_config(original: Method, response: Any) -> Any:
        answer = original(response)
        nodegroup = answer.result["nodegroup"]
        nodegroup.update_config = response._get_param("updateConfig") or nodegroup.update_config
        nodegroup.node_repair_config = response._get_param("nodeRepairConfig")
        return answer


class _Updates:
    """The calls that change versions, and the one that tells how an update went."""

    def update_cluster_version(self: Any) -> ActionResult:
        cluster = cluster_of(self)
        cluster.version = self._get_param("version")
        return ActionResult({"update": record_update(cluster, "VersionUpdate")})

    def update_nodegroup_version(self: Any) -> ActionResult:
        cluster = cluster_of(self)
        nodegroup = self.eks_backend.describe_nodegroup(cluster.name, self._get_param("nodegroupName"))
        nodegroup.version = self._get_param("version") or nodegroup.version
        if nodegroup.launch_template:
            nodegroup.launch_template.update(self._get_param("launchTemplate") or {})
        return ActionResult({"update": record_update(cluster, "VersionUpdate")})

    def describe_update(self: Any) -> ActionResult:
        update = cluster_of(self).updates.get(self._get_param("updateId"))
        if update is None:
            raise missing("Update")
        return ActionResult({"update": update})


def _answer_updates() -> None:
    add_actions(EKSResponse, _Updates)
    for path in (
        "updates",
        "updates/(?P<updateId>[^/]+)",
        "node-groups/(?P<nodegroupName>[^/]+)/update-version",
    ):
        urls.url_paths["{0}/clusters/(?P<name>[^/]+)/" + path + "$"] = EKSResponse.dispatch

    @around(EKSResponse, "update_cluster_config")
    def answer_with_an_update(original: Method, response: Any) -> ActionResult:
        cluster = cluster_of(response)
        vpc = cluster.resources_vpc_config
        original(response)
        cluster.resources_vpc_config = {**vpc, **(response._get_param("resourcesVpcConfig") or {})}
        cluster.access_config.update(response._get_param("accessConfig") or {})
        cluster.upgrade_policy.update(response._get_param("upgradePolicy") or {})
        return ActionResult({"update": record_update(cluster, "EndpointAccessUpdate")})

    @around(EKSResponse, "update_nodegroup_config")
    def remember_the_update(original: Method, response: Any) -> Any:
        answer = original(response)
        cluster_of(response).updates[answer.result["update"]["id"]] = answer.result["update"]
        return answer


def _tag_everything() -> None:
    @around(EKSResponse, "tag_resource")
    def tag(_original: Method, response: Any) -> EmptyResult:
        _tags_of(response).update(response._get_param("tags"))
        return EmptyResult()

    @around(EKSResponse, "untag_resource")
    def untag(_original: Method, response: Any) -> EmptyResult:
        tags = _tags_of(response)
        for key in response.querystring["tagKeys"]:
            tags.pop(key, None)
        return EmptyResult()

    @around(EKSResponse, "list_tags_for_resource")
    def list_tags(_original: Method, response: Any) -> ActionResult:
        return ActionResult({"tags": _tags_of(response)})


def _tags_of(response: Any) -> dict[str, str]:
    arn = response._extract_arn_from_path()
    for cluster in response.eks_backend.clusters.values():
        for its_arn, tags in _taggable(cluster):
            if its_arn == arn:
                return tags
    raise missing(arn)


def _taggable(cluster: Any) -> Iterator[tuple[str, dict[str, str]]]:
    yield cluster.arn, cluster.tags
    for nodegroup in cluster.nodegroups.values():
        yield nodegroup.arn, nodegroup.tags
    for addon in cluster.addons.values():
        yield addon["addonArn"], addon["tags"]
    for entry in cluster.access_entries.values():
        yield entry["accessEntryArn"], entry["tags"]
    for association in cluster.pod_identities.values():
        yield association["associationArn"], association["tags"]
