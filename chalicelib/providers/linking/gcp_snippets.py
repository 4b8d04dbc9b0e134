"""What a GCP project's owner pastes to link it: shell commands, or the same as terraform.

Both make the pool, its provider, the service account, its custom role and the condition on what it may grant;
both can be run again after a release of Alethia that needs more.
"""

from textwrap import dedent

from chalicelib.domain.identity import Identity, subject_of

from .gcp_permissions import GRANTABLE, permissions

USUAL_NAME = "alethia"
ROLE = "alethia"
"""Id of the custom role in the project."""

SIGN_IN_APIS = (
    "iam.googleapis.com",
    "sts.googleapis.com",
    "iamcredentials.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "serviceusage.googleapis.com",
)
"""Services of GCP without which nobody is let in. They must be enabled where the pool and the service account
are, too: GCP looks for them in the project of whoever calls."""

AGENTS = ("container.googleapis.com", "pubsub.googleapis.com")
"""Services whose own accounts the template grants rights to. Google makes such an account some time after its
service is first enabled, and refuses to grant anything to one that is not there yet."""

APIS = (
    *SIGN_IN_APIS,
    "compute.googleapis.com",
    "dns.googleapis.com",
    "storage.googleapis.com",
    *AGENTS,
)
"""Services that the linked project must have enabled before a plan, which reads from some of them; what a
spec needs beyond, terraform enables."""

CONDITION = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([{roles}])"
"""IAM's condition on which roles a principal may grant. Source: IAM, "Set limits on granting roles"."""


def _names(identity: Identity) -> tuple[str, str, str, str]:
    """Pool, provider, and the service account's name and project."""
    project = identity.account_id or "PROJECT_ID"
    if identity.gcp is None:
        return USUAL_NAME, USUAL_NAME, USUAL_NAME, project
    account, _, host = identity.gcp.service_account.partition("@")
    return identity.gcp.pool_id, identity.gcp.provider_id, account, host.split(".")[0]


def gcloud(identity: Identity, issuer: str) -> str:
    """Shell commands."""
    pool, provider, account, account_project = _names(identity)
    subject = subject_of(identity.zone_id, identity.identity_id)
    known = identity.gcp.project_number if identity.gcp else identity.account_id
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
        for OTHER in "$POOL_PROJECT" "{account_project}"; do
          [ "$OTHER" = "$PROJECT" ] || gcloud services enable --project="$OTHER" {" ".join(SIGN_IN_APIS)}
        done
        # The accounts by which these services act in the project; a spec's first apply grants rights to them.
        for SERVICE in {" ".join(AGENTS)}; do
          gcloud beta services identity create --project="$PROJECT" --service="$SERVICE" --quiet
        done

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

        # What Alethia's template needs, permission by permission.
        ROLE="{ROLE}"
        FILE="$(mktemp)"
        cat > "$FILE" <<'PERMISSIONS'
        title: Alethia
        stage: GA
        includedPermissions:
        """)
        + "".join(f"- {permission}\n" for permission in permissions())
        + dedent(f"""\
        PERMISSIONS
        if gcloud iam roles describe "$ROLE" --project="$PROJECT" >/dev/null 2>&1; then
          gcloud iam roles update "$ROLE" --project="$PROJECT" --file="$FILE" --quiet
        else
          gcloud iam roles create "$ROLE" --project="$PROJECT" --file="$FILE" --quiet
        fi
        rm -f "$FILE"
        gcloud projects add-iam-policy-binding "$PROJECT" --member="serviceAccount:$ACCOUNT" \\
          --role="projects/$PROJECT/roles/$ROLE" --condition=None

        # It may grant these roles in the project, and no other.
        cat > "$FILE" <<'CONDITION'
        {{"title": "alethia-grants", "expression": "{_condition()}"}}
        CONDITION
        gcloud projects add-iam-policy-binding "$PROJECT" --member="serviceAccount:$ACCOUNT" \\
          --role=roles/resourcemanager.projectIamAdmin --condition-from-file="$FILE"
        rm -f "$FILE"

        """)
        + f"""\
echo 'Now tell Alethia:'
echo alethia identities edit {identity.identity_id} --project-number "$NUMBER" --pool "$POOL" \\
  --pool-provider "$PROVIDER" --service-account "$ACCOUNT"
"""
    )


def hcl(identity: Identity, issuer: str) -> str:
    """A terraform configuration of the google provider, and of google-beta where only that one can."""
    pool, provider, account, account_project = _names(identity)
    subject = subject_of(identity.zone_id, identity.identity_id)
    pool_project = identity.gcp.project_number if identity.gcp else identity.account_id
    number = f'"{identity.gcp.project_number}"' if identity.gcp else "data.google_project.alethia.number"
    apis = "".join(f'    "{project}/{api}",\n' for project, api in _enabled(identity, account_project))
    agents = ", ".join(f'"{service}"' for service in AGENTS)
    allowed = "".join(f'    "{permission}",\n' for permission in permissions())
    return (
        dedent(f"""\
        data "google_project" "alethia" {{
          project_id = "{identity.account_id}"
        }}

        resource "google_project_service" "alethia" {{
          for_each           = toset(local.alethia_apis)
          project            = split("/", each.value)[0]
          service            = split("/", each.value)[1]
          disable_on_destroy = false
        }}

        # The accounts by which these services act in the project; a spec's first apply grants rights to them.
        resource "google_project_service_identity" "alethia" {{
          provider   = google-beta
          for_each   = toset([{agents}])
          project    = data.google_project.alethia.project_id
          service    = each.value
          depends_on = [google_project_service.alethia]
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
          depends_on   = [google_project_service.alethia]
        }}

        # Only this identity's subject may act as the service account.
        resource "google_service_account_iam_member" "alethia" {{
          service_account_id = google_service_account.alethia.name
          role               = "roles/iam.workloadIdentityUser"
          member             = "principal://iam.googleapis.com/${{google_iam_workload_identity_pool.alethia.name}}/subject/{subject}"
        }}

        # What Alethia's template needs, permission by permission.
        resource "google_project_iam_custom_role" "alethia" {{
          project     = data.google_project.alethia.project_id
          role_id     = "{ROLE}"
          title       = "Alethia"
          permissions = local.alethia_permissions
        }}

        resource "google_project_iam_member" "alethia" {{
          project = data.google_project.alethia.project_id
          role    = google_project_iam_custom_role.alethia.name
          member  = google_service_account.alethia.member
        }}

        # It may grant a few roles in the project, and no other.
        resource "google_project_iam_member" "alethia_grants" {{
          project = data.google_project.alethia.project_id
          role    = "roles/resourcemanager.projectIamAdmin"
          member  = google_service_account.alethia.member
          condition {{
            title      = "alethia-grants"
            expression = "{_condition()}"
          }}
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
        + f"  alethia_apis = [\n{apis}  ]\n  alethia_permissions = [\n{allowed}  ]\n}}\n"
    )


def _enabled(identity: Identity, account_project: str) -> list[tuple[str, str]]:
    """Project and service, for each service that is to be enabled."""
    project = str(identity.account_id)
    there = [(project, api) for api in APIS]
    if account_project != project:
        there += [(account_project, api) for api in SIGN_IN_APIS]
    return there


def _condition() -> str:
    return CONDITION.format(roles=", ".join(f"'{role}'" for role in GRANTABLE))
