"""What a stage fills in where a person said nothing.

Development is cheap and easy to throw away. Production survives the loss of a zone and refuses to be deleted
by accident; staging is production in small. A flexible server has one size, so both capacities are the same.
What Azure's registries can't do (fixed tags, scanning) is off, so that a plain form is a valid one.
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
    cache_nodes: int,
) -> Defaults:
    """Defaults of one stage; `nodes` are least, desired and most, `database_capacity` is in units."""
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
            "num_cache_nodes": cache_nodes,
            "multi_az": cache_nodes > 1,
        },
        "container_registries": {"image_tag_mutability": "MUTABLE", "scan_on_push": False},
    }


DEFAULTS: Mapping[Stage, Defaults] = {
    Stage.DEVELOPMENT: _defaults(
        resilient=False,
        instance_type="Standard_B2s",
        nodes=(1, 2, 3),
        database_capacity=1,
        cache_node_type="Balanced_B0",
        cache_nodes=1,
    ),
    Stage.STAGING: _defaults(
        resilient=True,
        instance_type="Standard_B2ms",
        nodes=(2, 2, 4),
        database_capacity=4,
        cache_node_type="Balanced_B1",
        cache_nodes=2,
    ),
    Stage.PRODUCTION: _defaults(
        resilient=True,
        instance_type="Standard_D2s_v5",
        nodes=(3, 3, 10),
        database_capacity=16,
        cache_node_type="Balanced_B5",
        cache_nodes=2,
    ),
}
