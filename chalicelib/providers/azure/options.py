"""The options that only Azure has."""

from chalicelib.domain.words import ComponentKind

from ..options import Options

OPTIONS: Options = {
    ComponentKind.CLUSTER: {"node_pool_name": str, "sku_tier": str},
    ComponentKind.DNS: {"waf_mode": str},
    ComponentKind.DATABASE: {"sku_name": str, "storage_gb": int, "geo_redundant_backup": bool},
    ComponentKind.NOSQL_TABLE: {
        "deletion_protection": bool,
        "throughput": int,
        "max_throughput": int,
        "default_ttl": int,
    },
}
"""Kind → option → type of its value. A ``sku_name`` takes the place of the capacity's machine."""
