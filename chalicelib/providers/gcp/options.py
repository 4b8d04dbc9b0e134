"""The options that only GCP has."""

from chalicelib.domain.words import ComponentKind

from ..options import Options

OPTIONS: Options = {
    ComponentKind.CLUSTER: {
        "deletion_protection": bool,
        "enable_autopilot": bool,
        "pods_range_name": str,
        "services_range_name": str,
    },
    ComponentKind.DNS: {"dnssec": bool},
    ComponentKind.DATABASE: {"tier": str, "storage_gb": int, "read_replicas": int},
    ComponentKind.NOSQL_TABLE: {"deletion_protection": bool, "ttl_attribute": str},
}
"""Kind → option → type of its value."""
