"""What differs in the demo between clouds: the spec, what plays the account, and what is told of it."""

from dataclasses import dataclass
from pathlib import Path

from ..embedded.stack import CLOUD_ACCOUNT

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class DemoCloud:
    """One cloud of the demo."""

    provider: str
    spec: Path
    customers: str
    """Who plays the customer's account, as a sentence."""
    account: str
    """What its accounts are called."""
    linked: str
    """How it is linked without a key."""
    shown: str
    """Resource type whose attributes are shown in the review."""
    offline: bool = False
    """terraform's provider is a stand-in: no cloud is asked, and nothing is left to look at from outside."""


AWS = DemoCloud(
    provider="aws",
    spec=FOLDER / "spec.yaml",
    customers=f"A second, separate one is the customer's account {CLOUD_ACCOUNT} that terraform provisions.",
    account="AWS account",
    linked="a role in it trusts Alethia, under an external id of its own",
    shown="aws_rds_cluster",
)

SCHEMA_CHECKED = (
    "No real {cloud} is here, nor terraform's own provider for it: stand-ins take their place. They are "
    "schema-checked offline: every type, attribute and required block is held against the schema of the real "
    "provider. They are not provider-tested: rules that only the provider or the cloud knows are not "
    "checked, and what an apply answers is made up."
)


GCP = DemoCloud(
    provider="gcp",
    spec=FOLDER / "spec.gcp.yaml",
    customers=SCHEMA_CHECKED.format(cloud="GCP"),
    account="GCP project",
    linked="its workload identity pool trusts tokens that Alethia signs for this identity alone",
    shown="google_sql_database_instance",
    offline=True,
)

AZURE = DemoCloud(
    provider="azure",
    spec=FOLDER / "spec.azure.yaml",
    customers=SCHEMA_CHECKED.format(cloud="Azure"),
    account="Azure subscription",
    linked="an application's federated credential trusts tokens that Alethia signs for this identity alone",
    shown="azurerm_postgresql_flexible_server",
    offline=True,
)

CLOUDS = {cloud.provider: cloud for cloud in (AWS, GCP, AZURE)}
