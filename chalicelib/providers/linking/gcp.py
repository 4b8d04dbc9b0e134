"""Linking a GCP project: a workload identity pool that trusts our OIDC issuer, and a service account.

The service account gets one custom role with the permissions that Alethia uses, enumerated
(:mod:`.gcp_permissions`), and may grant a few roles to the accounts that it makes.
"""

import re

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.identity import GcpFederation, Identity, IdentityForm, subject_of

from .base import LinkSetup, OurSide, SetupSnippet
from .federation import issuer_of, misplaced, unlike, unreachable
from .gcp_permissions import permissions
from .gcp_snippets import gcloud, hcl

CLOUD = "GCP"
PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
PROJECT_NUMBER = re.compile(r"[1-9][0-9]{5,18}")
POOL = re.compile(r"(?!gcp-)[a-z0-9-]{4,32}")
SERVICE_ACCOUNT = re.compile(
    r"[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com"
)
REGION = re.compile(r"[a-z]+(-[a-z]+)+[0-9]{1,2}")

WHO_SETS_UP = (
    "Run the gcloud commands as somebody who may administer workload identity pools, service accounts and "
    "the project's IAM policy; or apply the terraform. Either is enough, and neither makes a key."
)

PERMISSIONS = permissions()
"""What a connection test asks GCP for, with ``projects.testIamPermissions``."""


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
                SetupSnippet(title="gcloud, from a shell", language="bash", text=gcloud(identity, issuer)),
                SetupSnippet(title="terraform, google provider", language="hcl", text=hcl(identity, issuer)),
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
