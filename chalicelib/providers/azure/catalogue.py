"""What Azure offers, as far as Alethia offers it on.

Every region here has availability zones, so that what a stage spreads over zones can stand in any of them.
"""

from ..base import Catalogue, Engine, choices

REGIONS = {
    "northeurope": "North Europe (Ireland)",
    "westeurope": "West Europe (Netherlands)",
    "uksouth": "UK South (London)",
    "francecentral": "France Central (Paris)",
    "germanywestcentral": "Germany West Central (Frankfurt)",
    "switzerlandnorth": "Switzerland North (Zurich)",
    "swedencentral": "Sweden Central (Gävle)",
    "norwayeast": "Norway East (Oslo)",
    "italynorth": "Italy North (Milan)",
    "spaincentral": "Spain Central (Madrid)",
    "polandcentral": "Poland Central (Warsaw)",
    "eastus": "East US (Virginia)",
    "eastus2": "East US 2 (Virginia)",
    "centralus": "Central US (Iowa)",
    "southcentralus": "South Central US (Texas)",
    "westus2": "West US 2 (Washington)",
    "westus3": "West US 3 (Arizona)",
    "canadacentral": "Canada Central (Toronto)",
    "brazilsouth": "Brazil South (São Paulo)",
    "centralindia": "Central India (Pune)",
    "eastasia": "East Asia (Hong Kong)",
    "southeastasia": "Southeast Asia (Singapore)",
    "australiaeast": "Australia East (New South Wales)",
    "japaneast": "Japan East (Tokyo)",
    "koreacentral": "Korea Central (Seoul)",
    "uaenorth": "UAE North (Dubai)",
    "southafricanorth": "South Africa North (Johannesburg)",
}

WITHOUT_PAIR = frozenset({"italynorth", "polandcentral", "spaincentral"})
"""Regions that have no other one that Azure would copy their backups to."""

KUBERNETES_VERSIONS = ("1.35", "1.36", "1.34")
"""What AKS supports for everybody; an older one only with long-term support, in the Premium tier."""

INSTANCE_TYPES = {
    "Standard_B2s": "2 vCPU, 4 GiB, burstable",
    "Standard_B2ms": "2 vCPU, 8 GiB, burstable",
    "Standard_B2pls_v2": "2 vCPU, 4 GiB, burstable, Arm",
    "Standard_B2ps_v2": "2 vCPU, 8 GiB, burstable, Arm",
    "Standard_D2s_v5": "2 vCPU, 8 GiB",
    "Standard_D4s_v5": "4 vCPU, 16 GiB",
    "Standard_D8s_v5": "8 vCPU, 32 GiB",
    "Standard_D2ps_v5": "2 vCPU, 8 GiB, Arm",
    "Standard_D4ps_v5": "4 vCPU, 16 GiB, Arm",
    "Standard_F2s_v2": "2 vCPU, 4 GiB, compute",
    "Standard_F4s_v2": "4 vCPU, 8 GiB, compute",
    "Standard_D2pls_v5": "2 vCPU, 4 GiB, compute, Arm",
    "Standard_E2s_v5": "2 vCPU, 16 GiB, memory",
    "Standard_E4s_v5": "4 vCPU, 32 GiB, memory",
    "Standard_E2ps_v5": "2 vCPU, 16 GiB, memory, Arm",
}
"""VM sizes that the form suggests; any other that Azure has may be written in."""

POSTGRESQL = Engine(
    name="postgresql",
    label="PostgreSQL flexible server",
    versions=("16", "17", "18", "15", "14"),
    default_port=5432,
)

MYSQL = Engine(name="mysql", label="MySQL flexible server", versions=("8.4", "8.0.21"), default_port=3306)

REDIS = Engine(name="redis", label="Azure Managed Redis", versions=("7.4",), default_port=10000)
"""Azure keeps it at the newest release that it has and lets nobody choose."""

CACHE_NODE_TYPES = {
    "Balanced_B0": "0.5 GB",
    "Balanced_B1": "1 GB",
    "Balanced_B3": "3 GB",
    "Balanced_B5": "6 GB",
    "Balanced_B10": "12 GB",
    "Balanced_B20": "24 GB",
    "Balanced_B50": "60 GB, sharded",
    "Balanced_B100": "120 GB, sharded",
    "MemoryOptimized_M10": "12 GB, memory optimized",
    "MemoryOptimized_M20": "24 GB, memory optimized",
    "MemoryOptimized_M50": "60 GB, memory optimized, sharded",
    "MemoryOptimized_M100": "120 GB, memory optimized, sharded",
    "ComputeOptimized_X3": "3 GB, compute optimized",
    "ComputeOptimized_X5": "6 GB, compute optimized",
    "ComputeOptimized_X10": "12 GB, compute optimized",
    "ComputeOptimized_X20": "24 GB, compute optimized",
    "ComputeOptimized_X50": "60 GB, compute optimized, sharded",
    "ComputeOptimized_X100": "120 GB, compute optimized, sharded",
}
"""SKU → memory of a node, of which Azure keeps a fifth for itself.

What is sharded answers at one address like the others, but refuses a command on keys of several shards."""

SUBSCRIPTION_PROTOCOLS = ("queue", "subscription")
"""``queue`` forwards to a queue of the same spec; ``subscription`` keeps messages for a reader."""


CATALOGUE = Catalogue(
    regions=choices(REGIONS),
    kubernetes_versions=KUBERNETES_VERSIONS,
    instance_types=choices(INSTANCE_TYPES),
    database_engines=(POSTGRESQL, MYSQL),
    cache_engines=(REDIS,),
    cache_node_types=choices(CACHE_NODE_TYPES),
    subscription_protocols=SUBSCRIPTION_PROTOCOLS,
)
