"""What a stage fills in where a person said nothing.

Development is cheap and easy to throw away. Production survives the loss of a zone and refuses to be deleted
by accident; staging is production in small, so that what works there works in production.
"""

from collections.abc import Mapping

from chalicelib.domain.words import Stage

from ..base import Defaults
from .catalogue import KUBERNETES_VERSIONS, POSTGRESQL, REDIS


def _defaults(
    *,
    resilient: bool,
    instance_type: str,
    nodes: tuple[int, int, int],
    database_capacity: int,
    cache_node_type: str,
) -> Defaults:
    """Defaults of one stage; `nodes` are least, desired and most."""
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
            "engine": POSTGRESQL.name,
            "min_capacity": database_capacity,
            "max_capacity": database_capacity,
            "backup_retention_days": 14 if resilient else 7,
            "multi_az": resilient,
            "deletion_protection": resilient,
        },
        "caches": {
            "engine": REDIS.name,
            "node_type": cache_node_type,
            "num_cache_nodes": 2 if resilient else 1,
            "multi_az": resilient,
        },
    }


DEFAULTS: Mapping[Stage, Defaults] = {
    Stage.DEVELOPMENT: _defaults(
        resilient=False,
        instance_type="e2-medium",
        nodes=(1, 2, 3),
        database_capacity=1,
        cache_node_type="redis-1gb",
    ),
    Stage.STAGING: _defaults(
        resilient=True,
        instance_type="e2-standard-2",
        nodes=(2, 2, 4),
        database_capacity=2,
        cache_node_type="redis-1gb",
    ),
    Stage.PRODUCTION: _defaults(
        resilient=True,
        instance_type="n2-standard-2",
        nodes=(3, 3, 10),
        database_capacity=8,
        cache_node_type="redis-6gb",
    ),
}
