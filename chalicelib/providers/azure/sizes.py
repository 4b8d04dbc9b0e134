"""Sizes: what capacity units are on a flexible server."""

from ..equivalents.sizes import CAPACITY_STEPS
from .catalogue import MYSQL, POSTGRESQL

_BURSTABLE = ("B_Standard_B1ms", "B_Standard_B2s")
_CORES = (2, 4, 8, 16, 32, 64)

MACHINES: dict[str, dict[int, str]] = {
    engine.name: dict(
        zip(CAPACITY_STEPS, (*_BURSTABLE, *(f"GP_Standard_D{n}{family}" for n in _CORES)), strict=True)
    )
    for engine, family in ((POSTGRESQL, "ds_v5"), (MYSQL, "ads_v5"))
}
"""Engine → capacity units → the machine with that much memory (a unit is 2 GiB)."""

MACHINE_NAMES = {
    POSTGRESQL.name: (
        r"B_Standard_B(2s|\d+ms)|GP_Standard_D\d+(s_v3|ds_v4|a?ds_v5)|MO_Standard_E\d+(s_v3|ds_v4|a?ds_v5)"
    ),
    MYSQL.name: r"B_Standard_B\d+m?s|GP_Standard_D\d+(ds_v4|ads_v5)|MO_Standard_E\d+i?(ds_v4|a?ds_v5)",
}
"""Engine → the form of its machines' names: tier, VM size."""

STORAGE_GB: dict[str, tuple[range | tuple[int, ...], str]] = {
    POSTGRESQL.name: (
        tuple(32 * 2**step for step in range(10)),
        "a power of two from 32 to 16384",
    ),
    MYSQL.name: (range(20, 16385), "a number from 20 to 16384"),
}
"""Engine → the sizes in GiB that its storage comes in, and the same in words."""

DEFAULT_STORAGE_GB = 32


def machine_of(engine: str, capacity: float) -> str:
    """The machine for `capacity` units, which is one of the :data:`CAPACITY_STEPS`."""
    return MACHINES[engine][int(capacity)]


def has_standby(machine: str) -> bool:
    """Whether a flexible server of that machine can keep a standby: burstable ones can't."""
    return not machine.startswith("B_")
