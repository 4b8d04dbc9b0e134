"""RDS: only a cluster of the first serverless generation has a ``ScalingConfigurationInfo``.

moto returns an empty one for every cluster. Symptom: each plan wants to remove ``scaling_configuration``.
"""

from typing import Any

from moto.rds.models import DBCluster

from .patching import Method, around_property


def close_gaps() -> None:
    @around_property(DBCluster, "scaling_configuration_info")
    def only_if_configured(original: Method, cluster: Any) -> dict[str, Any] | None:
        return original(cluster) if cluster.scaling_configuration else None
