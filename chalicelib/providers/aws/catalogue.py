"""What AWS offers, as far as Alethia offers it on.

Versions come and go at AWS: add new ones in front, and drop those that AWS no longer creates.
"""

from ..base import Catalogue, Engine, choices

REGIONS = {
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-central-2": "Europe (Zurich)",
    "eu-north-1": "Europe (Stockholm)",
    "eu-south-1": "Europe (Milan)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-2": "US West (Oregon)",
    "ca-central-1": "Canada (Central)",
    "sa-east-1": "South America (São Paulo)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "me-central-1": "Middle East (UAE)",
    "af-south-1": "Africa (Cape Town)",
}

KUBERNETES_VERSIONS = ("1.35", "1.36", "1.34", "1.33", "1.32")
"""The first is the default. By EKS' calendar the last two are in extended support, which costs six times as
much an hour; the others in standard support, 1.34 until 2 December 2026."""

INSTANCE_TYPES = {
    "t3.medium": "2 vCPU, 4 GiB, burstable",
    "t3.large": "2 vCPU, 8 GiB, burstable",
    "t4g.medium": "2 vCPU, 4 GiB, burstable, Arm",
    "t4g.large": "2 vCPU, 8 GiB, burstable, Arm",
    "m6i.large": "2 vCPU, 8 GiB",
    "m6i.xlarge": "4 vCPU, 16 GiB",
    "m6i.2xlarge": "8 vCPU, 32 GiB",
    "m7g.large": "2 vCPU, 8 GiB, Arm",
    "m7g.xlarge": "4 vCPU, 16 GiB, Arm",
    "c6i.large": "2 vCPU, 4 GiB, compute",
    "c6i.xlarge": "4 vCPU, 8 GiB, compute",
    "c7g.large": "2 vCPU, 4 GiB, compute, Arm",
    "r6i.large": "2 vCPU, 16 GiB, memory",
    "r6i.xlarge": "4 vCPU, 32 GiB, memory",
    "r7g.large": "2 vCPU, 16 GiB, memory, Arm",
}
"""Types that the form suggests; any other that AWS has may be written in."""

AURORA_POSTGRESQL = Engine(
    name="aurora-postgresql",
    label="Aurora PostgreSQL",
    versions=(
        *("16.13", "16.11", "16.10", "16.9", "16.8", "16.6"),
        *("17.9", "17.7", "17.6", "17.5", "17.4"),
        *("15.17", "15.15", "15.14", "15.13"),
        *("14.22", "14.20", "14.19", "14.18"),
    ),
    default_port=5432,
)

AURORA_MYSQL = Engine(
    name="aurora-mysql",
    label="Aurora MySQL",
    versions=tuple(
        f"8.0.mysql_aurora.{release}"
        for release in ("3.10.4", "3.12.0", "3.11.1", "3.10.3", "3.10.2", "3.10.1", "3.10.0", "3.08.2")
    ),
    default_port=3306,
)

VALKEY = Engine(name="valkey", label="Valkey", versions=("8.0", "8.1", "7.2"), default_port=6379)

REDIS = Engine(name="redis", label="Redis OSS", versions=("7.1", "7.0", "6.2"), default_port=6379)

CACHE_NODE_TYPES = {
    "cache.t4g.micro": "0.5 GiB, burstable",
    "cache.t4g.small": "1.4 GiB, burstable",
    "cache.t4g.medium": "3.1 GiB, burstable",
    "cache.t3.micro": "0.5 GiB, burstable",
    "cache.t3.small": "1.4 GiB, burstable",
    "cache.t3.medium": "3.1 GiB, burstable",
    "cache.m7g.large": "6.4 GiB",
    "cache.m7g.xlarge": "12.9 GiB",
    "cache.m6g.large": "6.4 GiB",
    "cache.r7g.large": "13.1 GiB",
    "cache.r7g.xlarge": "26.3 GiB",
    "cache.r6g.large": "13.1 GiB",
}

SUBSCRIPTION_PROTOCOLS = ("sqs", "lambda", "https", "http", "email", "email-json", "sms", "firehose")


CATALOGUE = Catalogue(
    regions=choices(REGIONS),
    kubernetes_versions=KUBERNETES_VERSIONS,
    instance_types=choices(INSTANCE_TYPES),
    database_engines=(AURORA_POSTGRESQL, AURORA_MYSQL),
    cache_engines=(VALKEY, REDIS),
    cache_node_types=choices(CACHE_NODE_TYPES),
    subscription_protocols=SUBSCRIPTION_PROTOCOLS,
)
