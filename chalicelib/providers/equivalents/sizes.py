"""Sizes: machines of a cluster, nodes of a cache, and what a capacity unit is on a fixed-size database.

A capacity unit is Aurora's: 2 GiB of memory with the processor that goes with it. Cloud SQL and Azure's
flexible servers have one size, not a range; each of the :data:`CAPACITY_STEPS` is one of their machines.
"""

from chalicelib.domain.words import CloudProvider

from . import Table

INSTANCE_TYPES = Table(
    [
        ("t3.medium", "e2-medium", "Standard_B2s"),
        ("t3.large", "e2-standard-2", "Standard_B2ms"),
        ("t4g.medium", None, "Standard_B2pls_v2"),
        ("t4g.large", None, "Standard_B2ps_v2"),
        ("m6i.large", "n2-standard-2", "Standard_D2s_v5"),
        ("m6i.xlarge", "n2-standard-4", "Standard_D4s_v5"),
        ("m6i.2xlarge", "n2-standard-8", "Standard_D8s_v5"),
        ("m7g.large", "t2a-standard-2", "Standard_D2ps_v5"),
        ("m7g.xlarge", "t2a-standard-4", "Standard_D4ps_v5"),
        ("c6i.large", "n2-highcpu-2", "Standard_F2s_v2"),
        ("c6i.xlarge", "n2-highcpu-4", "Standard_F4s_v2"),
        ("c7g.large", None, "Standard_D2pls_v5"),
        ("r6i.large", "n2-highmem-2", "Standard_E2s_v5"),
        ("r6i.xlarge", "n2-highmem-4", "Standard_E4s_v5"),
        ("r7g.large", None, "Standard_E2ps_v5"),
    ]
)

CACHE_NODE_TYPES = Table(
    [
        ("cache.t4g.micro", "redis-1gb", "Balanced_B0"),
        ("cache.t4g.small", "redis-2gb", "Balanced_B1"),
        ("cache.t4g.medium", "redis-3gb", "Balanced_B3"),
        ("cache.m7g.large", "redis-6gb", "Balanced_B5"),
        ("cache.m7g.xlarge", "redis-13gb", "Balanced_B10"),
        ("cache.r7g.large", "redis-12gb", "MemoryOptimized_M10"),
        ("cache.r7g.xlarge", "redis-26gb", "MemoryOptimized_M20"),
    ],
    same_as={
        "cache.t3.micro": "cache.t4g.micro",
        "cache.t3.small": "cache.t4g.small",
        "cache.t3.medium": "cache.t4g.medium",
        "cache.m6g.large": "cache.m7g.large",
        "cache.r6g.large": "cache.r7g.large",
    },
)
"""GCP's are Memorystore instances by memory (the name's number is GiB), Azure's the SKUs of Managed Redis."""

CAPACITY_STEPS = (1, 2, 4, 8, 16, 32, 64, 128)
"""Capacity units that Cloud SQL and Azure's flexible servers have a machine for."""

CAPACITY_RANGES = frozenset({CloudProvider.AWS})
"""Clouds whose databases grow and shrink between two capacities; on all others, they have one."""


def step_for(capacity: float) -> int | None:
    """The smallest step that holds `capacity`; ``None`` where it is more than any has."""
    return next((step for step in CAPACITY_STEPS if step >= capacity), None)
