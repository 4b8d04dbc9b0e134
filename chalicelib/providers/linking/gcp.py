"""Linking a GCP project: a workload identity pool that trusts our OIDC issuer, and a service account.

Alethia looks at GCP projects and does not provision into them yet, so the roles are for reading alone; what
its template will need comes with the template.
"""

import re
from textwrap import dedent

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.identity import GcpFederation, Identity, IdentityForm, subject_of

from .base import LinkSetup, OurSide, SetupSnippet
from .federation import issuer_of, misplaced, unlike, unreachable

CLOUD = "GCP"
PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
PROJECT_NUMBER = re.compile(r"[1-9][0-9]{5,18}")
POOL = re.compile(r"(?!gcp-)[a-z0-9-]{4,32}")
SERVICE_ACCOUNT = re.compile(
    r"[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com"
)
REGION = re.compile(r"[a-z]+(-[a-z]+)+[0-9]{1,2}")
USUAL_NAME = "alethia"

WHO_SETS_UP = (
    "Run the gcloud commands as somebody who may administer workload identity pools, service accounts and "
    "the project's IAM policy; or apply the terraform. Either is enough, and neither makes a key."
)

ROLES = {
    "roles/browser": ("resourcemanager.projects.get",),
    "roles/compute.viewer": (
        "compute.networks.list",
        "compute.regions.list",
        "compute.routes.list",
        "compute.subnetworks.list",
    ),
    "roles/dns.reader": ("dns.managedZones.list",),
}
"""Each role that the service account gets → the permissions of it that Alethia uses."""

PERMISSIONS = tuple(permission for used in ROLES.values() for permission in used)
"""What a connection test asks GCP for, with ``projects.testIamPermissions``."""

APIS = (
    "iam.googleapis.com",
    "sts.googleapis.com",
    "iamcredentials.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "dns.googleapis.com",
)
"""Services of GCP that the project must have enabled."""


class GcpLinking:
    """See :class:`chalicelib.providers.linking.base.Linking`."""

    def check(self, form: IdentityForm) -> list[FieldProblem]:
        """A project id, and a pool, a provider and a service account as GCP names them.

        ``gcp`` may be left out until they are there: the setup of the identity says how to make them.
        """
        problems = misplaced(form, CLOUD, ("role_reference", "azure"))
        right = "must be the project's id, such as shop-prod-1234 (not its name or number)"
        problems += unlike(form.account_id, PROJECT, ("account_id",), right)
        if form.region is not None:
            problems += unlike(form.region, REGION, ("region",), "must be a region such as europe-west4")
        return problems + (_check(form.gcp) if form.gcp else [])

    def audience(self, identity: Identity) -> str | None:
        """The pool's provider: the audience that it accepts when it was given no other."""
        return provider_name(identity.gcp) if identity.gcp else None

    def setup(self, identity: Identity, ours: OurSide) -> LinkSetup:
        """Pool, provider and service account, by gcloud or by terraform."""
        issuer = issuer_of(ours)
        subject = subject_of(identity.zone_id, identity.identity_id)
        audience = self.audience(identity)
        steps = [
            *unreachable(issuer, CLOUD),
            WHO_SETS_UP,
        ]
        if identity.gcp is None:
            steps.append(
                "Both end by printing four values (gcloud: in a command): set them as `gcp` of this identity."
            )
        steps += [
            "Start a connection test. A new binding takes GCP up to some minutes.",
            f"To end the link at any moment, remove the binding of {subject} from the service account.",
        ]
        return LinkSetup(
            identity_id=identity.identity_id,
            provider=identity.provider,
            method=identity.method,
            steps=steps,
            issuer=issuer,
            subject=subject,
            audience=audience,
            no_link="GCP's console has no link that creates a workload identity pool from a template.",
            snippets=[
                SetupSnippet(title="gcloud, from a shell", language="bash", text=_gcloud(identity, issuer)),
                SetupSnippet(title="terraform, google provider", language="hcl", text=_hcl(identity, issuer)),
            ],
        )


def provider_name(gcp: GcpFederation) -> str:
    """The full resource name of the pool's provider, as GCP writes audiences."""
    pool = f"projects/{gcp.project_number}/locations/global/workloadIdentityPools/{gcp.pool_id}"
    return f"//iam.googleapis.com/{pool}/providers/{gcp.provider_id}"


def _check(gcp: GcpFederation) -> list[FieldProblem]:
    name = "must be 4 to 32 of a-z, 0-9 and -, and not begin with gcp-"
    return [
        *unlike(
            gcp.project_number,
            PROJECT_NUMBER,
            ("gcp", "project_number"),
            "must be the number of the pool's project, digits alone (not its id), such as 123456789012",
        ),
        *unlike(gcp.pool_id, POOL, ("gcp", "pool_id"), name),
        *unlike(gcp.provider_id, POOL, ("gcp", "provider_id"), name),
        *unlike(
            gcp.service_account,
            SERVICE_ACCOUNT,
            ("gcp", "service_account"),
            "must be a service account's e-mail, such as alethia@shop-prod-1234.iam.gserviceaccount.com",
        ),
    ]


def _names(identity: Identity) -> tuple[str, str, str, str]:
    """Pool, provider, and the service account's name and project."""
    project = identity.account_id or "PROJECT_ID"
    if identity.gcp is None:
        return USUAL_NAME, USUAL_NAME, USUAL_NAME, project
    account, _, host = identity.gcp.service_account.partition("@")
    return identity.gcp.pool_id, identity.gcp.provider_id, account, host.split(".")[0]


def _gcloud(identity: Identity, issuer: str) -> str:
    pool, provider, account, account_project = _names(identity)
    subject = subject_of(identity.zone_id, identity.identity_id)
    known = identity.gcp.project_number if identity.gcp else identity.account_id
    grants = "\n".join(
        f'gcloud projects add-iam-policy-binding "$PROJECT" --member="serviceAccount:$ACCOUNT" \\\n'
        f"  --role={role} --condition=None"
        for role in ROLES
    )
    return (
        dedent(f"""\
        set -euo pipefail
        PROJECT="{identity.account_id}"
        POOL_PROJECT="$(gcloud projects describe "{known}" --format='value(projectId)')"
        NUMBER="$(gcloud projects describe "{known}" --format='value(projectNumber)')"
        POOL="{pool}"
        PROVIDER="{provider}"
        ACCOUNT="{account}@{account_project}.iam.gserviceaccount.com"
        SUBJECT="{subject}"
        AT=(--project="$POOL_PROJECT" --location=global)

        gcloud services enable --project="$PROJECT" {" ".join(APIS)}

        gcloud iam workload-identity-pools describe "$POOL" "${{AT[@]}}" >/dev/null 2>&1 ||
          gcloud iam workload-identity-pools create "$POOL" "${{AT[@]}}" --display-name=Alethia
        AT+=(--workload-identity-pool="$POOL")
        gcloud iam workload-identity-pools providers describe "$PROVIDER" "${{AT[@]}}" >/dev/null 2>&1 ||
          gcloud iam workload-identity-pools providers create-oidc "$PROVIDER" "${{AT[@]}}" \\
            --issuer-uri="{issuer}" \\
            --attribute-mapping="google.subject=assertion.sub" \\
            --attribute-condition="assertion.zone_id == '{identity.zone_id}'"

        gcloud iam service-accounts describe "$ACCOUNT" --project="{account_project}" >/dev/null 2>&1 ||
          gcloud iam service-accounts create {account} --project="{account_project}" --display-name=Alethia
        # Only this identity's subject may act as the service account.
        MEMBERS="principal://iam.googleapis.com/projects/$NUMBER/locations/global/workloadIdentityPools/$POOL"
        gcloud iam service-accounts add-iam-policy-binding "$ACCOUNT" --project="{account_project}" \\
          --role=roles/iam.workloadIdentityUser --member="$MEMBERS/subject/$SUBJECT"

        # For reading alone: Alethia provisions nothing here yet.
        """)
        + grants
        + "\n\n"
        + f"""\
echo 'Now tell Alethia:'
echo alethia identities edit {identity.identity_id} --project-number "$NUMBER" --pool "$POOL" \\
  --pool-provider "$PROVIDER" --service-account "$ACCOUNT"
"""
    )


def _hcl(identity: Identity, issuer: str) -> str:
    pool, provider, account, account_project = _names(identity)
    subject = subject_of(identity.zone_id, identity.identity_id)
    pool_project = identity.gcp.project_number if identity.gcp else identity.account_id
    number = f'"{identity.gcp.project_number}"' if identity.gcp else "data.google_project.alethia.number"
    apis = "".join(f'    "{api}",\n' for api in APIS)
    roles = "".join(f'    "{role}",\n' for role in ROLES)
    return (
        dedent(f"""\
        data "google_project" "alethia" {{
          project_id = "{identity.account_id}"
        }}

        resource "google_project_service" "alethia" {{
          for_each           = toset(local.alethia_apis)
          project            = data.google_project.alethia.project_id
          service            = each.value
          disable_on_destroy = false
        }}

        resource "google_iam_workload_identity_pool" "alethia" {{
          project                   = "{pool_project}"
          workload_identity_pool_id = "{pool}"
          display_name              = "Alethia"
          depends_on                = [google_project_service.alethia]
        }}

        resource "google_iam_workload_identity_pool_provider" "alethia" {{
          project                            = "{pool_project}"
          workload_identity_pool_id          = "{pool}"
          workload_identity_pool_provider_id = "{provider}"
          attribute_mapping                  = {{ "google.subject" = "assertion.sub" }}
          attribute_condition                = "assertion.zone_id == '{identity.zone_id}'"
          oidc {{
            issuer_uri = "{issuer}"
          }}
          depends_on = [google_iam_workload_identity_pool.alethia]
        }}

        resource "google_service_account" "alethia" {{
          project      = "{account_project}"
          account_id   = "{account}"
          display_name = "Alethia"
        }}

        # Only this identity's subject may act as the service account.
        resource "google_service_account_iam_member" "alethia" {{
          service_account_id = google_service_account.alethia.name
          role               = "roles/iam.workloadIdentityUser"
          member             = "principal://iam.googleapis.com/${{google_iam_workload_identity_pool.alethia.name}}/subject/{subject}"
        }}

        # For reading alone: Alethia provisions nothing here yet.
        resource "google_project_iam_member" "alethia" {{
          for_each = toset(local.alethia_roles)
          project  = data.google_project.alethia.project_id
          role     = each.value
          member   = google_service_account.alethia.member
        }}

        output "alethia_gcp" {{
          value = {{
            project_number  = {number}
            pool_id         = "{pool}"
            provider_id     = "{provider}"
            service_account = google_service_account.alethia.email
          }}
        }}

        locals {{
        """)
        + f"  alethia_apis = [\n{apis}  ]\n  alethia_roles = [\n{roles}  ]\n}}\n"
    )
