"""ElastiCache parameter groups, which moto does not have.

Symptom: creating one fails, after ten minutes of retries if the failure looks like the server's.
"""

import re
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from .patching import Method, add_actions, around


class CacheParameterGroupNotFound(ServiceException):
    """AWS's refusal for a group that does not exist."""

    code = "CacheParameterGroupNotFound"


class CacheParameterGroupAlreadyExists(ServiceException):
    """AWS's refusal for a name that is taken."""

    code = "CacheParameterGroupAlreadyExists"


def close_gaps() -> None:
    add_actions(ElastiCacheResponse, _ParameterGroups)

    @around(ElastiCacheBackend, "__init__")
    def with_parameter_groups(original: Method, backend: Any, region_name: str, account_id: str) -> None:
        original(backend, region_name, account_id)
        backend.parameter_groups = {}
        backend.arn_regex = re.compile(backend.arn_regex.pattern.replace("user)", "user|parametergroup)"))


class _ParameterGroups:
    def create_cache_parameter_group(self: Any) -> ActionResult:
        backend, name = self.elasticache_backend, self._get_param("CacheParameterGroupName")
        if name in backend.parameter_groups:
            raise CacheParameterGroupAlreadyExists(f"Cache parameter group {name} already exists.")
        arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}"
        backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        backend.parameter_groups[name] = {
            "CacheParameterGroupName": name,
            "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
            "Description": self._get_param("Description"),
            "IsGlobal": False,
            "ARN": arn,
            "parameters": {},
        }
        return ActionResult({"CacheParameterGroup": backend.parameter_groups[name]})

    def describe_cache_parameter_groups(self: Any) -> ActionResult:
        named = self._get_param("CacheParameterGroupName")
        groups = [_group(self)] if named else list(self.elasticache_backend.parameter_groups.values())
        return ActionResult({"CacheParameterGroups": groups})

    def describe_cache_parameters(self: Any) -> ActionResult:
        return ActionResult({"Parameters": list(_group(self)["parameters"].values())})

    def modify_cache_parameter_group(self: Any) -> ActionResult:
        group = _group(self)
        for change in self._get_param("ParameterNameValues", []):
            name = change["ParameterName"]
            group["parameters"][name] = {
                "ParameterName": name,
                "ParameterValue": change["ParameterValue"],
                "Source": "user",
                "DataType": "string",
                "IsModifiable": True,
            }
        return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})

    def reset_cache_parameter_group(self: Any) -> ActionResult:
        group = _group(self)
        if self._get_bool_param("ResetAllParameters"):
            group["parameters"].clear()
        for change in self._get_param("ParameterNameValues", []):
            group["parameters"].pop(change["ParameterName"], None)
        return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})

    def delete_cache_parameter_group(self: Any) -> EmptyResult:
        group = _group(self)
        del self.elasticache_backend.parameter_groups[group["CacheParameterGroupName"]]
        return EmptyResult()


def _group(response: Any) -> dict[str, Any]:
    name = response._get_param("CacheParameterGroupName")
    group: dict[str, Any] | None = response.elasticache_backend.parameter_groups.get(name)
    if group is None:
        raise CacheParameterGroupNotFound(f"CacheParameterGroup {name} not found.")
    return group
