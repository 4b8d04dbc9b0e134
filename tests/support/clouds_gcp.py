"""The GCP project of these tests: :mod:`alethia.embedded.other_clouds.gcp` plays it."""

from alethia.embedded.other_clouds.gcp import Project
from chalicelib.domain.identity import GcpFederation

from .clouds_common import SUBJECT, ZONE, canary, trusting_us

PROJECT, NUMBER = "shop-prod-1234", "123456789012"
ACCOUNT = f"alethia@{PROJECT}.iam.gserviceaccount.com"
PROVIDER = (
    f"//iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/alethia/providers/main"
)
GCP = GcpFederation(project_number=NUMBER, pool_id="alethia", provider_id="main", service_account=ACCOUNT)


def a_project() -> Project:
    """Linked as its setup says, and empty."""
    return Project(
        trust=trusting_us(PROVIDER),
        provider=PROVIDER,
        account=ACCOUNT,
        binding=SUBJECT,
        project=PROJECT,
        condition=lambda claims: claims["zone_id"] == ZONE,
        mint=canary,
    )
