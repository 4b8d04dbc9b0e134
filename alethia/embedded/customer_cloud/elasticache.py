"""ElastiCache replication groups that have members, follow changes, and go when they are deleted.

* The number of nodes asked for is ignored, and the members can't be described. Symptom: create and every
  later read fail, since the provider reads node type, version and groups from a member.
* The reader endpoint is missing.
* ModifyReplicationGroup forgets most of what it is given; the calls that add and remove replicas are missing.
* Deleting never ends: the group stays "deleting". Symptom: destroy waits 40 minutes and fails.
* DeleteCacheSubnetGroup is missing.
"""

import inspect
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import CacheSubnetGroupNotFound
from moto.elasticache.models import CacheCluster, ElastiCacheBackend, ReplicationGroup
from moto.elasticache.responses import ElastiCacheResponse

from .patching import Method, add_actions, around

CHANGEABLE = {
    "EngineVersion": "engine_version",
    "CacheParameterGroupName": "cache_parameter_group_name",
    "SecurityGroupIds": "security_group_ids",
    "PreferredMaintenanceWindow": "preferred_maintenance_window",
    "SnapshotWindow": "snapshot_window",
    "AutoMinorVersionUpgrade": "auto_minor_version_upgrade",
}
"""What ModifyReplicationGroup may carry → where moto's replication group keeps it."""


def close_gaps() -> None:
    _give_groups_members()
    _end_deletion()
    add_actions(ElastiCacheResponse, _Missing)

    @around(ElastiCacheResponse, "modify_replication_group")
    def change_all_of_it(original: Method, response: Any) -> Any:
        answer = original(response)
        group = answer.result["ReplicationGroup"]
        for parameter, attribute in CHANGEABLE.items():
            if response._get_param(parameter) is not None:
                setattr(group, attribute, response._get_param(parameter))
        _describe_members(response.elasticache_backend, group)
        return answer


def _give_groups_members() -> None:
    @around(ReplicationGroup, "_set_node_members_clusters_disabled")
    def as_many_as_asked_for(original: Method, group: Any, **kwargs: Any) -> None:
        if not kwargs["replicas_per_node_group"]:
            kwargs["replicas_per_node_group"] = kwargs["num_cache_clusters"] - 1
        original(group, **kwargs)
        node_group = kwargs["node_group"]
        node_group["reader_endpoint"] = {"address": node_group["reader_endpoint_address"], "port": group.port}

    @around(ElastiCacheBackend, "create_replication_group")
    def with_members(original: Method, backend: Any, **kwargs: Any) -> Any:
        group = original(backend, **kwargs)
        _describe_members(backend, group)
        return group


def _describe_members(backend: Any, group: Any) -> None:
    """Make the backend's cache clusters of `group` what its member list says."""
    group_id = group.replication_group_id
    others = {
        name: cluster
        for name, cluster in backend.cache_clusters.items()
        if getattr(cluster, "replication_group_id", None) != group_id
    }
    backend.cache_clusters = others
    for name in group.member_clusters:
        backend.cache_clusters[name] = _member(backend, group, name)


def _member(backend: Any, group: Any, name: str) -> Any:
    parameters = inspect.signature(CacheCluster).parameters
    known = {
        "account_id": backend.account_id,
        "region_name": backend.region_name,
        "cache_cluster_id": name,
        "cache_node_type": group.cache_node_type,
        "replication_group_id": group.replication_group_id,
        "engine": group.engine,
        "engine_version": _full_version(group),
        "cache_subnet_group_name": group.cache_subnet_group_name,
        "transit_encryption_enabled": group.transit_encryption_enabled,
        "preferred_maintenance_window": group.preferred_maintenance_window or "sun:05:00-sun:06:00",
        "auto_minor_version_upgrade": True,
        "snapshot_retention_limit": group.snapshot_retention_limit,
        "snapshot_window": group.snapshot_window,
        "log_delivery_configurations": [],
    }
    member: Any = CacheCluster(**{**dict.fromkeys(parameters), **known})
    member.replication_group_id = group.replication_group_id
    member.num_cache_nodes = 1
    member.snapshot_window = group.snapshot_window
    member.at_rest_encryption_enabled = group.at_rest_encryption_enabled
    member.cache_parameter_group = {
        "CacheParameterGroupName": group.cache_parameter_group_name,
        "ParameterApplyStatus": "in-sync",
    }
    member.security_groups = [
        {"SecurityGroupId": group_id, "Status": "active"} for group_id in group.security_group_ids or []
    ]
    return member


def _full_version(group: Any) -> str:
    """AWS answers "7.1" with "7.1.0"."""
    version = group.engine_version or {"redis": "7.1", "valkey": "8.0"}[group.engine]
    return version if version.count(".") == 2 else f"{version}.0"


def _end_deletion() -> None:
    @around(ElastiCacheBackend, "delete_replication_group")
    def at_once(original: Method, backend: Any, replication_group_id: str, **kwargs: Any) -> Any:
        group = original(backend, replication_group_id=replication_group_id, **kwargs)
        group.member_clusters = []
        _describe_members(backend, group)
        return backend.replication_groups.pop(replication_group_id)


class _Missing:
    """API calls that moto does not have."""

    def delete_cache_subnet_group(self: Any) -> EmptyResult:
        name = self._get_param("CacheSubnetGroupName")
        if self.elasticache_backend.cache_subnet_groups.pop(name, None) is None:
            raise CacheSubnetGroupNotFound(name)
        return EmptyResult()

    def increase_replica_count(self: Any) -> ActionResult:
        return _resize(self)

    def decrease_replica_count(self: Any) -> ActionResult:
        return _resize(self)


def _resize(response: Any) -> ActionResult:
    backend = response.elasticache_backend
    group = backend.describe_replication_groups(response._get_param("ReplicationGroupId"))[0]
    domain = group.node_groups[0]["primary_endpoint"]["address"].removeprefix("master.")
    group.member_clusters = []
    group.node_groups[0]["node_group_members"] = []
    replicas = response._get_int_param("NewReplicaCount")
    group._set_node_members_clusters_disabled(
        member_clusters=group.member_clusters,
        replication_group_id=group.replication_group_id,
        replication_group_domain=domain,
        node_group=group.node_groups[0],
        preferred_cache_cluster_azs=[],
        num_cache_clusters=replicas + 1,
        replicas_per_node_group=replicas,
    )
    _describe_members(backend, group)
    return ActionResult({"ReplicationGroup": group})
