"""Who is calling, and what people work on: zones, identities, specs."""

from functools import cached_property
from typing import TYPE_CHECKING

from .outside import Outside

if TYPE_CHECKING:
    from ..providers.linking import OurSide
    from ..services.access import Access
    from ..services.audit import Audit
    from ..services.cloud_access import JobCloudAccess
    from ..services.conversions import Conversions
    from ..services.identities import Identities
    from ..services.invitations import InvitationService
    from ..services.job_tokens import JobTokens
    from ..services.members import MemberService
    from ..services.oidc_issuer import OidcIssuer
    from ..services.runner_rotation import RunnerRotation
    from ..services.runners import RunnerCredentials
    from ..services.sign_in import SignIn
    from ..services.spec_reader import SpecReader
    from ..services.specs import Specs
    from ..services.zones import ZoneService


class People(Outside):
    """Who is calling, and what people work on: zones, identities, specs."""

    @cached_property
    def sign_in(self) -> "SignIn":
        """People's sign-in tokens."""
        from ..adapters.jwks import HttpKeySet
        from ..services.sign_in import SignIn

        issuer = self.settings.oidc_issuer
        return SignIn(
            HttpKeySet(self.settings.oidc_jwks_url or f"{issuer.rstrip('/')}/.well-known/jwks.json"),
            issuer=issuer,
            audience=self.settings.oidc_audience,
            audience_claim=self.settings.oidc_audience_claim,
            clock=self.clock,
        )

    @cached_property
    def job_tokens(self) -> "JobTokens":
        """Tokens of running jobs."""
        from ..adapters.secrets import reader_of_before, secret_reader
        from ..services.job_tokens import JobTokens

        name = self.settings.job_token_secret
        return JobTokens(
            secret_reader(self.settings, name), self.clock, before=reader_of_before(self.settings, name)
        )

    @cached_property
    def oidc_issuer(self) -> "OidcIssuer":
        """Our own tokens, for clouds."""
        from ..services.oidc_issuer import OidcIssuer

        return OidcIssuer(
            self.signing_keys,
            [key for key in self.settings.oidc_signing_keys.replace(" ", "").split(",") if key],
            self.settings.public_api_url,
            self.clock,
        )

    @cached_property
    def runner_credentials(self) -> "RunnerCredentials":
        """Runners' long-lived credentials."""
        from ..services.runners import RunnerCredentials

        return RunnerCredentials(self.runners)

    @cached_property
    def runner_rotation(self) -> "RunnerRotation":
        """The platform runner's credential, made anew now and then."""
        from ..services.runner_rotation import RunnerRotation

        return RunnerRotation(
            self.runners,
            self.secret_versions,
            self.runner_credentials,
            self.clock,
            self.settings.platform_runner,
        )

    @cached_property
    def access(self) -> "Access":
        """Roles in zones."""
        from ..services.access import Access

        return Access(self.zone_store)

    @cached_property
    def audit(self) -> "Audit":
        """Who changed what."""
        from ..services.audit import Audit

        return Audit(self.audit_store, self.access, self.clock)

    @cached_property
    def zones(self) -> "ZoneService":
        """Workspaces."""
        from ..services.zones import ZoneService

        return ZoneService(self.zone_store, self.access, self.audit, self.clock)

    @cached_property
    def members(self) -> "MemberService":
        """People in zones."""
        from ..services.members import MemberService

        return MemberService(self.member_store, self.access, self.audit, self.clock)

    @cached_property
    def invitations(self) -> "InvitationService":
        """Ways into zones."""
        from ..services.invitations import InvitationService

        return InvitationService(
            self.invitation_store, self.member_store, self.zone_store, self.access, self.audit, self.clock
        )

    @cached_property
    def our_side(self) -> "OurSide":
        """What customers' clouds are told of this deployment."""
        from ..providers.linking import OurSide
        from ..services.oidc_issuer import issuer_url

        return OurSide(
            issuer_url=issuer_url(self.settings.public_api_url) if self.settings.oidc_signing_keys else "",
            principal=self.settings.control_plane_principal,
            template_url=self.settings.link_template_url,
            worker_template_url=self.settings.worker_template_url,
        )

    @cached_property
    def identities(self) -> "Identities":
        """Linked cloud accounts."""
        from ..services.identities import Identities
        from ..services.identity_uses import IdentityUses

        uses = IdentityUses(self.spec_store, self.runners)
        return Identities(self.identity_store, uses, self.access, self.audit, self.clock, self.our_side)

    @cached_property
    def spec_reader(self) -> "SpecReader":
        """Specs as they are now, with their snapshot and hash."""
        from ..services.spec_reader import SpecReader

        return SpecReader(self.spec_store, self.identity_store)

    @cached_property
    def cloud_access(self) -> "JobCloudAccess":
        """How jobs come by credentials for their account."""
        from ..services.cloud_access import JobCloudAccess

        return JobCloudAccess(self.spec_reader, self.identity_store)

    @cached_property
    def specs(self) -> "Specs":
        """Configurations."""
        from ..services.specs import Specs

        return Specs(self.spec_store, self.spec_reader, self.facts, self.access, self.audit, self.clock)

    @cached_property
    def conversions(self) -> "Conversions":
        """Specs moved to other clouds."""
        from ..services.conversions import Conversions

        return Conversions(self.specs, self.spec_store)
