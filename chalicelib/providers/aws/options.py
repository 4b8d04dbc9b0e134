"""The options that only AWS has."""

from chalicelib.domain.words import ComponentKind

from ..options import Options

OPTIONS: Options = {
    ComponentKind.CLUSTER: {"enable_karpenter": bool},
    ComponentKind.DNS: {"cloudfront_waf_enabled": bool},
    ComponentKind.DATABASE: {},
    ComponentKind.NOSQL_TABLE: {
        "deletion_protection": bool,
        "read_capacity": int,
        "write_capacity": int,
        "ttl_attribute": str,
    },
}
"""Kind → option → type of its value."""
