"""What GCP offers, as far as Alethia offers it on.

Versions come and go at GCP: add new ones in front, and drop those that GCP no longer creates.
"""

from ..base import Catalogue, Engine, choices

REGIONS = {
    "europe-west1": "Europe (Belgium)",
    "europe-west2": "Europe (London)",
    "europe-west3": "Europe (Frankfurt)",
    "europe-west4": "Europe (Netherlands)",
    "europe-west6": "Europe (Zurich)",
    "europe-west8": "Europe (Milan)",
    "europe-west9": "Europe (Paris)",
    "europe-central2": "Europe (Warsaw)",
    "europe-north1": "Europe (Finland)",
    "europe-southwest1": "Europe (Madrid)",
    "us-central1": "US (Iowa)",
    "us-east1": "US (South Carolina)",
    "us-east4": "US (N. Virginia)",
    "us-east5": "US (Columbus)",
    "us-south1": "US (Dallas)",
    "us-west1": "US (Oregon)",
    "us-west2": "US (Los Angeles)",
    "northamerica-northeast1": "Canada (Montréal)",
    "northamerica-northeast2": "Canada (Toronto)",
    "southamerica-east1": "South America (São Paulo)",
    "southamerica-west1": "South America (Santiago)",
    "asia-south1": "Asia (Mumbai)",
    "asia-southeast1": "Asia (Singapore)",
    "asia-east1": "Asia (Taiwan)",
    "asia-northeast1": "Asia (Tokyo)",
    "asia-northeast2": "Asia (Osaka)",
    "asia-northeast3": "Asia (Seoul)",
    "australia-southeast1": "Australia (Sydney)",
    "australia-southeast2": "Australia (Melbourne)",
    "me-central1": "Middle East (Doha)",
    "me-west1": "Middle East (Tel Aviv)",
    "africa-south1": "Africa (Johannesburg)",
}
"""Those that have every service of the template and the machines that a stage starts with. The newest have
not: Stockholm and Querétaro have no N2, and Memorystore comes later."""

KUBERNETES_VERSIONS = ("1.35", "1.36")
"""What the REGULAR channel starts a cluster with, its own default first. It takes no version whose standard
support has ended, and by GKE's release schedule that of 1.34 did on 1 October 2026."""

INSTANCE_TYPES = {
    "e2-medium": "2 vCPU, 4 GiB, shared core",
    "e2-standard-2": "2 vCPU, 8 GiB",
    "e2-standard-4": "4 vCPU, 16 GiB",
    "e2-standard-8": "8 vCPU, 32 GiB",
    "n2-standard-2": "2 vCPU, 8 GiB, Intel",
    "n2-standard-4": "4 vCPU, 16 GiB, Intel",
    "n2-standard-8": "8 vCPU, 32 GiB, Intel",
    "n2d-standard-2": "2 vCPU, 8 GiB, AMD",
    "n2d-standard-4": "4 vCPU, 16 GiB, AMD",
    "t2a-standard-2": "2 vCPU, 8 GiB, Arm",
    "t2a-standard-4": "4 vCPU, 16 GiB, Arm",
    "n2-custom-2-4096": "2 vCPU, 4 GiB, compute",
    "n2-custom-4-8192": "4 vCPU, 8 GiB, compute",
    "n2-highcpu-2": "2 vCPU, 2 GiB, compute",
    "n2-highcpu-4": "4 vCPU, 4 GiB, compute",
    "n2-highmem-2": "2 vCPU, 16 GiB, memory",
    "n2-highmem-4": "4 vCPU, 32 GiB, memory",
}
"""Types that the form suggests; any other that GCP has may be written in."""

ARM_REGIONS = ("us-central1", "europe-west4", "asia-southeast1")
"""The only ones with machines of the family T2A; the template knows in which of their zones."""

POSTGRESQL = Engine(
    name="postgresql",
    label="Cloud SQL for PostgreSQL",
    versions=("17", "18", "16", "15", "14"),
    default_port=5432,
)

MYSQL = Engine(name="mysql", label="Cloud SQL for MySQL", versions=("8.4", "8.0"), default_port=3306)

REDIS = Engine(
    name="redis", label="Memorystore for Redis", versions=("7.2", "7.0", "6.x", "5.0"), default_port=6379
)

CACHE_MEMORY_GIB = (1, 2, 3, 4, 5, 6, 8, 10, 12, 13, 16, 20, 24, 26, 32, 48, 64, 100, 128, 200, 300)

CACHE_NODE_TYPES = {f"redis-{gib}gb": gib for gib in CACHE_MEMORY_GIB}
"""What a form calls a node → its memory in GiB, which is all that Memorystore has to choose."""

SUBSCRIPTION_PROTOCOLS = ("pull", "push")

TIERS = {
    1: "db-g1-small",
    2: "db-custom-1-3840",
    4: "db-custom-2-8192",
    8: "db-custom-4-16384",
    16: "db-custom-8-32768",
    32: "db-custom-16-65536",
    64: "db-custom-32-131072",
    128: "db-custom-64-262144",
}
"""Capacity units → the machine of Cloud SQL that has their memory and processor."""

MULTI_REGIONS = ("eur3", "nam5")
"""Where a Firestore database can stand beside the regions: the European Union, and the United States."""


CATALOGUE = Catalogue(
    regions=choices(REGIONS),
    kubernetes_versions=KUBERNETES_VERSIONS,
    instance_types=choices(INSTANCE_TYPES),
    database_engines=(POSTGRESQL, MYSQL),
    cache_engines=(REDIS,),
    cache_node_types=choices({name: f"{gib} GiB" for name, gib in CACHE_NODE_TYPES.items()}),
    subscription_protocols=SUBSCRIPTION_PROTOCOLS,
)
