"""What linking an account of a cloud takes: which forms are right, and what the customer sets up.

Linking is pure. It knows shapes and writes text to paste; only a CONNECTION_TEST says whether the link works.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.identity import AccessMethod, Identity, IdentityForm
from chalicelib.domain.model import Model
from chalicelib.domain.words import CloudProvider


class SetupSnippet(Model):
    """Something to paste, complete: every value that we know is filled in."""

    title: str
    """What it is and where it goes: ``CloudFormation, from a shell``."""
    language: Literal["bash", "hcl", "json", "yaml"]
    text: str


class LinkSetup(Model):
    """All that a customer needs to let us in: in one of the ways that ``snippets`` offer, or by ``link``."""

    identity_id: str
    provider: CloudProvider
    method: AccessMethod
    steps: list[str]
    """What to do, in order, a sentence each."""
    external_id: str | None = None
    """AWS roles: what the trust policy asks for."""
    principal: str | None = None
    """AWS roles: who assumes it."""
    issuer: str | None = None
    """Federation: the issuer of our tokens,"""
    subject: str | None = None
    """their subject, which stands for this identity alone,"""
    audience: str | None = None
    """and their audience."""
    link: str | None = None
    """One click in the cloud's own console."""
    no_link: str | None = None
    """Why there is no such link."""
    template: str | None = None
    """What the link would deploy, to read before (AWS: the CloudFormation template)."""
    snippets: list[SetupSnippet] = []


@dataclass(frozen=True)
class OurSide:
    """What customers' clouds are told of this deployment. A part that is not set is empty."""

    issuer_url: str = ""
    """Of our OIDC issuer, as it stands in ``iss``."""
    principal: str = ""
    """ARN of the AWS principal that assumes customers' roles."""
    template_url: str = ""
    """Where CloudFormation reads the link template,"""
    worker_template_url: str = ""
    """and that of the role which deploys runners."""


class Linking(Protocol):
    """One cloud's way of being linked."""

    def check(self, form: IdentityForm) -> list[FieldProblem]:
        """Everything in the form that can't be right for this cloud; empty when there is nothing."""
        ...

    def audience(self, identity: Identity) -> str | None:
        """The audience of our tokens for this identity; ``None`` when it takes none."""
        ...

    def setup(self, identity: Identity, ours: OurSide) -> LinkSetup:
        """What the customer does next, with this identity's own values filled in.

        Raises
        ------
        Conflict
            The deployment lacks a setting without which no link can work; the message names it.
        """
        ...
