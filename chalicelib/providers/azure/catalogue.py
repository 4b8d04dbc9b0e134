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

KUBERNETES_VERSIONS = ("1.35", "1.34", "1.33", "1.32")

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
    versions=("16", "17", "18", "15", "14", "13"),
    default_port=5432,
)

MYSQL = Engine(name="mysql", label="MySQL flexible server", versions=("8.0.21",), default_port=3306)

REDIS = Engine(name="redis", label="Azure Cache for Redis", versions=("6",), default_port=6380)
"""Its port is the one for TLS; the plain one stays closed."""

CACHE_NODE_TYPES = {
    "Basic_C0": "0.25 GiB, one node, no promise of uptime",
    "Basic_C1": "1 GiB, one node, no promise of uptime",
    "Basic_C2": "2.5 GiB, one node, no promise of uptime",
    "Standard_C0": "0.25 GiB, two nodes",
    "Standard_C1": "1 GiB, two nodes",
    "Standard_C2": "2.5 GiB, two nodes",
    "Standard_C3": "6 GiB, two nodes",
    "Standard_C4": "13 GiB, two nodes",
    "Standard_C5": "26 GiB, two nodes",
    "Standard_C6": "53 GiB, two nodes",
    "Premium_P1": "6 GiB, two to four nodes, zones",
    "Premium_P2": "13 GiB, two to four nodes, zones",
    "Premium_P3": "26 GiB, two to four nodes, zones",
    "Premium_P4": "53 GiB, two to four nodes, zones",
    "Premium_P5": "120 GiB, two to four nodes, zones",
}
"""Tier, family and capacity of an Azure Cache, in one word."""

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
