"""Sizes: machines of a cluster, nodes of a cache, and what a capacity unit is on a fixed-size database.

A capacity unit is Aurora's: 2 GiB of memory with the processor that goes with it. Cloud SQL and Azure's
flexible servers have one size, not a range; each of the :data:`CAPACITY_STEPS` is one of their machines.
Whoever changes a row: a test compares processors and memory with what the catalogues say of both.
"""

import re

from chalicelib.domain.words import CloudProvider

from . import Table

_ALIKE = (
    ("t3.*", "t2.* t3a.*", "medium large"),
    ("m6i.*", "m5.* m5a.* m6a.* m7a.* m7i.*", "large xlarge 2xlarge"),
    ("m6i.*", "t3.* t3a.*", "xlarge 2xlarge"),
    ("c6i.*", "c5.* c5a.* c6a.* c7a.* c7i.*", "large xlarge"),
    ("r6i.*", "r5.* r5a.* r6a.* r7a.* r7i.*", "large xlarge"),
    ("m7g.*", "m6g.* m8g.*", "large xlarge"),
    ("c7g.*", "c6g.* c8g.*", "large"),
    ("r7g.*", "r6g.* r8g.*", "large"),
    ("n2-standard-*", "n2d-standard-* t2d-standard-*", "2 4 8"),
    ("n2-standard-*", "e2-standard-*", "4 8"),
    ("n2-highmem-*", "n2d-highmem-* e2-highmem-*", "2 4"),
    ("n2-custom-2-4096", "n2-highcpu-2 c2d-highcpu-2", "-"),
    ("n2-custom-4-8192", "n2-highcpu-4 c2d-highcpu-4", "-"),
    ("Standard_D*s_v5", "Standard_D*s_v3 Standard_D*s_v4 Standard_D*as_v5 Standard_D*ds_v5", "2 4 8"),
    ("Standard_E*s_v5", "Standard_E*s_v3 Standard_E*s_v4 Standard_E*as_v5 Standard_E*ds_v5", "2 4"),
    ("Standard_D*s_v5", "Standard_B*ms", "4 8"),
    ("Standard_B2ms", "Standard_B2s_v2 Standard_B2as_v2", "-"),
)
"""Machine in a row, others that go by it, and the sizes for which that holds (``*``)."""

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
        ("c6i.large", "n2-custom-2-4096", "Standard_F2s_v2"),
        ("c6i.xlarge", "n2-custom-4-8192", "Standard_F4s_v2"),
        ("c7g.large", None, "Standard_D2pls_v5"),
        ("r6i.large", "n2-highmem-2", "Standard_E2s_v5"),
        ("r6i.xlarge", "n2-highmem-4", "Standard_E4s_v5"),
        ("r7g.large", None, "Standard_E2ps_v5"),
    ],
    same_as={
        other.replace("*", size): machine.replace("*", size)
        for machine, others, sizes in _ALIKE
        for other in others.split()
        for size in sizes.split()
    },
)
"""The same number of processors, and the same memory; who has less goes by the next."""

CACHE_NODE_TYPES = Table(
    [
        ("cache.t4g.micro", "redis-1gb", "Balanced_B0"),
        ("cache.t4g.small", "redis-2gb", "Balanced_B1"),
        ("cache.t4g.medium", "redis-3gb", "Balanced_B3"),
        ("cache.m7g.large", "redis-6gb", "Balanced_B5"),
        ("cache.m7g.xlarge", "redis-13gb", "Balanced_B10"),
        ("cache.r7g.large", "redis-12gb", "MemoryOptimized_M10"),
        ("cache.r7g.xlarge", "redis-26gb", "MemoryOptimized_M20"),
        (None, "redis-64gb", "MemoryOptimized_M50"),
        (None, "redis-128gb", "MemoryOptimized_M100"),
    ],
    same_as={
        "cache.t3.micro": "cache.t4g.micro",
        "cache.t3.small": "cache.t4g.small",
        "cache.t3.medium": "cache.t4g.medium",
        "cache.m6g.large": "cache.m7g.large",
        "cache.r6g.large": "cache.r7g.large",
        "redis-4gb": "redis-6gb",
        "redis-5gb": "redis-6gb",
        "redis-8gb": "redis-12gb",
        "redis-10gb": "redis-12gb",
        "redis-16gb": "redis-26gb",
        "redis-20gb": "redis-26gb",
        "redis-24gb": "redis-26gb",
        "redis-32gb": "redis-64gb",
        "redis-48gb": "redis-64gb",
        "redis-100gb": "redis-128gb",
        "Balanced_B20": "MemoryOptimized_M20",
        "Balanced_B50": "MemoryOptimized_M50",
        "Balanced_B100": "MemoryOptimized_M100",
        "ComputeOptimized_X3": "Balanced_B3",
        "ComputeOptimized_X5": "Balanced_B5",
        "ComputeOptimized_X10": "Balanced_B10",
        "ComputeOptimized_X20": "MemoryOptimized_M20",
        "ComputeOptimized_X50": "MemoryOptimized_M50",
        "ComputeOptimized_X100": "MemoryOptimized_M100",
    },
)
"""GCP's are Memorystore instances by memory (the name's number is GiB), Azure's the SKUs of Managed Redis.

What is between two rows goes by the larger."""

CAPACITY_STEPS = (1, 2, 4, 8, 16, 32, 64, 128)
"""Capacity units that Cloud SQL and Azure's flexible servers have a machine for."""

CAPACITY_RANGES = frozenset({CloudProvider.AWS})
"""Clouds whose databases grow and shrink between two capacities; on all others, they have one."""

GIB_OF_A_UNIT = 2

MACHINE_OPTIONS = {CloudProvider.GCP: "tier", CloudProvider.AZURE: "sku_name"}
"""Option of a database by which a cloud takes a machine by name; it then counts instead of the capacity."""

_GIB = (
    (r"db-f1-micro()", 0.6),
    (r"db-g1-small()", 1.7),
    (r"db-custom-\d+-(\d+)", 1 / 1024),
    (r"db-perf-optimized-N-(\d+)", 8),
    (r"B_Standard_B1s()", 1),
    (r"B_Standard_B1ms()", 2),
    (r"B_Standard_B2s()", 4),
    (r"B_Standard_B(\d+)ms", 4),
    (r"GP_Standard_D(\d+)\D.*", 4),
    (r"MO_Standard_E(\d+)\D.*", 8),
)
"""Form of a database machine's name → GiB of each of what the name counts."""


def step_for(capacity: float) -> int | None:
    """The smallest step that holds `capacity`; ``None`` where it is more than any has."""
    return next((step for step in CAPACITY_STEPS if step >= capacity), None)


def units_of(machine: str) -> float | None:
    """The capacity units that a database's machine has the memory of; ``None`` where that is not known."""
    for pattern, gib in _GIB:
        found = re.fullmatch(pattern, machine)
        if found is not None:
            return int(found[1] or 1) * gib / GIB_OF_A_UNIT
    return None
