"""What a stage fills in where a person said nothing.

Development is cheap and easy to throw away. Production survives the loss of a zone and refuses to be deleted
by accident; staging is production in small, so that what works there works in production.
"""

from collections.abc import Mapping

from chalicelib.domain.words import Stage

from ..base import Defaults
from .catalogue import AURORA_POSTGRESQL, KUBERNETES_VERSIONS, VALKEY


def _defaults(
    *,
    resilient: bool,
    instance_type: str,
    nodes: tuple[int, int, int],
    database_capacity: tuple[float, float],
    cache_node_type: str,
) -> Defaults:
    """Defaults of one stage; `nodes` are least, desired and most, `database_capacity` least and most ACUs."""
    least, desired, most = nodes
    return {
        "network": {"single_nat_gateway": not resilient},
        "cluster": {
            "cluster_version": KUBERNETES_VERSIONS[0],
            "instance_types": [instance_type],
            "node_min_size": least,
            "node_desired_size": desired,
            "node_max_size": most,
        },
        "dns": {"waf_enabled": resilient},
        "databases": {
            "engine": AURORA_POSTGRESQL.name,
            "min_capacity": database_capacity[0],
            "max_capacity": database_capacity[1],
            "backup_retention_days": 14 if resilient else 7,
            "multi_az": resilient,
            "deletion_protection": resilient,
        },
        "caches": {
            "engine": VALKEY.name,
            "node_type": cache_node_type,
            "num_cache_nodes": 2 if resilient else 1,
            "multi_az": resilient,
        },
    }


DEFAULTS: Mapping[Stage, Defaults] = {
    Stage.DEVELOPMENT: _defaults(
        resilient=False,
        instance_type="t3.medium",
        nodes=(1, 2, 3),
        database_capacity=(0.5, 2),
        cache_node_type="cache.t4g.micro",
    ),
    Stage.STAGING: _defaults(
        resilient=True,
        instance_type="t3.large",
        nodes=(2, 2, 4),
        database_capacity=(0.5, 4),
        cache_node_type="cache.t4g.small",
    ),
    Stage.PRODUCTION: _defaults(
        resilient=True,
        instance_type="m6i.large",
        nodes=(3, 3, 10),
        database_capacity=(1, 16),
        cache_node_type="cache.m7g.large",
    ),
}
