"""EKS add-ons, access entries and pod identity associations, none of which moto has.

They live on the cluster that they belong to, and go with it.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.eks import urls
from moto.eks.exceptions import ResourceInUseException
from moto.eks.models import Cluster
from moto.eks.responses import EKSResponse

from .eks import cluster_of, missing, record_update
from .patching import Method, add_actions, around

LATEST_ADDON = "v1.0.0-eksbuild.1"
"""The version of any add-on whose version nobody chose."""


def close_gaps() -> None:
    @around(Cluster, "__init__")
    def with_what_belongs_to_it(original: Method, cluster: Any, **kwargs: Any) -> None:
        cluster.addons, cluster.access_entries, cluster.pod_identities = {}, {}, {}
        original(cluster, **kwargs)

    for actions in (_Addons, _AccessEntries, _AccessPolicies, _PodIdentities):
        add_actions(EKSResponse, actions)
    for path in ("addons", "access-entries", "pod-identity-associations"):
        base = "{0}/clusters/(?P<name>[^/]+)/" + path
        urls.url_paths[base + "$"] = EKSResponse.dispatch
        urls.url_paths[base + "/(?P<rest>.+)$"] = EKSResponse.dispatch


def _arn(cluster: Any, kind: str, name: str) -> str:
    """The ARN of something inside `cluster`, with the random end that EKS gives it."""
    prefix = cluster.arn.replace(":cluster/", f":{kind}/")
    return f"{prefix}/{name}/{uuid.uuid4()}"


def _stamped() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"createdAt": now, "modifiedAt": now}


def _only_new(existing: dict[str, Any], key: str) -> None:
    if key in existing:
        raise ResourceInUseException(message=f"{key} already exists")


class _Addons:
    def create_addon(self: Any) -> ActionResult:
        cluster, name = cluster_of(self), self._get_param("addonName")
        _only_new(cluster.addons, name)
        cluster.addons[name] = {
            "addonName": name,
            "clusterName": cluster.name,
            "status": "ACTIVE",
            "addonVersion": self._get_param("addonVersion") or LATEST_ADDON,
            "health": {"issues": []},
            "addonArn": _arn(cluster, "addon", name),
            "tags": self._get_param("tags") or {},
            "serviceAccountRoleArn": self._get_param("serviceAccountRoleArn"),
            "configurationValues": self._get_param("configurationValues"),
            **_stamped(),
        }
        return ActionResult({"addon": cluster.addons[name]})

    def describe_addon(self: Any) -> ActionResult:
        return ActionResult({"addon": _addon(self)})

    def list_addons(self: Any) -> ActionResult:
        return ActionResult({"addons": sorted(cluster_of(self).addons)})

    def update_addon(self: Any) -> ActionResult:
        addon = _addon(self)
        for field in ("addonVersion", "serviceAccountRoleArn", "configurationValues"):
            if self._get_param(field) is not None:
                addon[field] = self._get_param(field)
        return ActionResult({"update": record_update(cluster_of(self), "AddonUpdate")})

    def delete_addon(self: Any) -> ActionResult:
        addon = _addon(self)
        return ActionResult({"addon": cluster_of(self).addons.pop(addon["addonName"])})


def _addon(response: Any) -> dict[str, Any]:
    addon: dict[str, Any] | None = cluster_of(response).addons.get(response._get_param("addonName"))
    if addon is None:
        raise missing("Addon")
    return addon


class _AccessEntries:
    def create_access_entry(self: Any) -> ActionResult:
        cluster, principal = cluster_of(self), self._get_param("principalArn")
        _only_new(cluster.access_entries, principal)
        cluster.access_entries[principal] = {
            "clusterName": cluster.name,
            "principalArn": principal,
            "kubernetesGroups": self._get_param("kubernetesGroups") or [],
            "accessEntryArn": _arn(cluster, "access-entry", principal.split(":", 5)[5]),
            "tags": self._get_param("tags") or {},
            "username": self._get_param("username") or principal,
            "type": self._get_param("type") or "STANDARD",
            "policies": {},
            **_stamped(),
        }
        return ActionResult({"accessEntry": cluster.access_entries[principal]})

    def describe_access_entry(self: Any) -> ActionResult:
        return ActionResult({"accessEntry": _access_entry(self)})

    def list_access_entries(self: Any) -> ActionResult:
        return ActionResult({"accessEntries": sorted(cluster_of(self).access_entries)})

    def update_access_entry(self: Any) -> ActionResult:
        entry = _access_entry(self)
        for field in ("kubernetesGroups", "username"):
            if self._get_param(field) is not None:
                entry[field] = self._get_param(field)
        return ActionResult({"accessEntry": entry})

    def delete_access_entry(self: Any) -> EmptyResult:
        entry = _access_entry(self)
        del cluster_of(self).access_entries[entry["principalArn"]]
        return EmptyResult()


def _access_entry(response: Any) -> dict[str, Any]:
    entries = cluster_of(response).access_entries
    entry: dict[str, Any] | None = entries.get(response._get_param("principalArn"))
    if entry is None:
        raise missing("The specified principalArn")
    return entry


class _AccessPolicies:
    def associate_access_policy(self: Any) -> ActionResult:
        entry, policy = _access_entry(self), self._get_param("policyArn")
        scope = {"namespaces": [], **self._get_param("accessScope")}
        now = datetime.now(UTC)
        associated = {"policyArn": policy, "accessScope": scope, "associatedAt": now, "modifiedAt": now}
        entry["policies"][policy] = associated
        return ActionResult(_of(entry) | {"associatedAccessPolicy": associated})

    def list_associated_access_policies(self: Any) -> ActionResult:
        entry = _access_entry(self)
        return ActionResult(_of(entry) | {"associatedAccessPolicies": list(entry["policies"].values())})

    def disassociate_access_policy(self: Any) -> EmptyResult:
        if _access_entry(self)["policies"].pop(self._get_param("policyArn"), None) is None:
            raise missing("The specified policyArn")
        return EmptyResult()


def _of(entry: dict[str, Any]) -> dict[str, Any]:
    return {"clusterName": entry["clusterName"], "principalArn": entry["principalArn"]}


class _PodIdentities:
    def create_pod_identity_association(self: Any) -> ActionResult:
        cluster = cluster_of(self)
        asked = {field: self._get_param(field) for field in ("namespace", "serviceAccount", "roleArn")}
        association = {
            **asked,
            "clusterName": cluster.name,
            "associationId": f"a-{uuid.uuid4().hex[:17]}",
            "associationArn": _arn(cluster, "podidentityassociation", "a"),
            "tags": self._get_param("tags") or {},
            **_stamped(),
        }
        cluster.pod_identities[association["associationId"]] = association
        return ActionResult({"association": association})

    def describe_pod_identity_association(self: Any) -> ActionResult:
        return ActionResult({"association": _pod_identity(self)})

    def list_pod_identity_associations(self: Any) -> ActionResult:
        return ActionResult({"associations": list(cluster_of(self).pod_identities.values())})

    def update_pod_identity_association(self: Any) -> ActionResult:
        association = _pod_identity(self)
        association["roleArn"] = self._get_param("roleArn") or association["roleArn"]
        return ActionResult({"association": association})

    def delete_pod_identity_association(self: Any) -> ActionResult:
        association = _pod_identity(self)
        return ActionResult(
            {"association": cluster_of(self).pod_identities.pop(association["associationId"])}
        )


def _pod_identity(response: Any) -> dict[str, Any]:
    identities = cluster_of(response).pod_identities
    association: dict[str, Any] | None = identities.get(response._get_param("associationId"))
    if association is None:
        raise missing("The specified associationId")
    return association
