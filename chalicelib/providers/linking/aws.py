"""Linking an AWS account: a role that we assume with an external id, or one that trusts our OIDC issuer."""

import re

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.identity import AccessMethod, Identity, IdentityForm, subject_of

from .base import LinkSetup, OurSide

AUDIENCE = "sts.amazonaws.com"
ACCOUNT = re.compile(r"\d{12}")
ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]{1,200}")


class AwsLinking:
    """See :class:`chalicelib.providers.linking.base.Linking`."""

    def check(self, form: IdentityForm) -> list[FieldProblem]:
        """An account of twelve digits, a role of that account, and none of the other clouds' fields."""
        return []

    def audience(self, identity: Identity) -> str | None:
        """AWS's token service, for web identity."""
        return AUDIENCE if identity.method is AccessMethod.WEB_IDENTITY else None

    def setup(self, identity: Identity, ours: OurSide) -> LinkSetup:
        """The role to make."""
        return LinkSetup(
            identity_id=identity.identity_id,
            provider=identity.provider,
            method=identity.method,
            steps=[],
            external_id=identity.external_id,
            principal=ours.principal or None,
            subject=subject_of(identity.zone_id, identity.identity_id),
        )
