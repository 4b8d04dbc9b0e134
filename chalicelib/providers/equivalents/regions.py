"""Regions in the same place, or the nearest that the other cloud has."""

from dataclasses import dataclass

from chalicelib.domain.words import CloudProvider

from . import Table

REGIONS = Table(
    [
        ("eu-west-1", "europe-west1", "northeurope"),
        ("eu-west-2", "europe-west2", "uksouth"),
        ("eu-west-3", "europe-west9", "francecentral"),
        ("eu-central-1", "europe-west3", "germanywestcentral"),
        ("eu-central-2", "europe-west6", "switzerlandnorth"),
        ("eu-north-1", "europe-north1", "swedencentral"),
        ("eu-south-1", "europe-west8", "italynorth"),
        (None, "europe-west4", "westeurope"),
        (None, "europe-central2", "polandcentral"),
        (None, "europe-southwest1", "spaincentral"),
        ("us-east-1", "us-east4", "eastus"),
        ("us-east-2", "us-east5", "eastus2"),
        ("us-west-2", "us-west1", "westus2"),
        (None, "us-central1", "centralus"),
        (None, "us-south1", "southcentralus"),
        ("ca-central-1", "northamerica-northeast1", "canadacentral"),
        ("sa-east-1", "southamerica-east1", "brazilsouth"),
        ("ap-south-1", "asia-south1", "centralindia"),
        ("ap-southeast-1", "asia-southeast1", "southeastasia"),
        ("ap-southeast-2", "australia-southeast1", "australiaeast"),
        ("ap-northeast-1", "asia-northeast1", "japaneast"),
        ("ap-northeast-2", "asia-northeast3", "koreacentral"),
        ("me-central-1", "me-central1", "uaenorth"),
        ("af-south-1", "africa-south1", "southafricanorth"),
    ],
    same_as={
        "us-east1": "us-east4",
        "us-west2": "us-west1",
        "northamerica-northeast2": "northamerica-northeast1",
        "asia-northeast2": "asia-northeast1",
        "australia-southeast2": "australia-southeast1",
        "westus3": "westus2",
    },
)
"""A region in no row goes by one of the same country, where there is one."""


@dataclass(frozen=True)
class MultiRegion:
    """Several regions that a cloud copies a table to as one."""

    begins: str
    """How the names of the cloud's regions in it begin."""
    stands_for: tuple[str, str]
    """The cloud's regions whose counterparts take a copy elsewhere; the first that isn't the spec's own."""


MULTI_REGIONS = {
    CloudProvider.GCP: {
        "eur3": MultiRegion(begins="europe-", stands_for=("europe-west3", "europe-west1")),
        "nam5": MultiRegion(begins="us-", stands_for=("us-east4", "us-west1")),
    }
}
"""Clouds that copy a global table within a multi-region, instead of to regions of one's choice."""
