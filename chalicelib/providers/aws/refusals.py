"""What AWS's token service means when it does not let us in, and what to do about it.

AWS hides on purpose which of three things is wrong with a role in another account: a missing role, another
external id and a trust policy without us all answer the same AccessDenied. Then the cause is ``not_told``,
and the explanation lists the three checks in order. Where AWS (or an emulator) does tell, so does the cause.
"""

import re
from dataclasses import dataclass

from chalicelib.domain.identity import RefusalCause

CLOCK = frozenset({"RequestExpired", "ExpiredToken", "ExpiredTokenException", "SignatureDoesNotMatch"})
CLOCK |= {"RequestTimeTooSkewed", "InvalidSignatureException"}
REGION = frozenset({"RegionDisabledException", "RegionDisabled", "OptInRequired"})
MISSING = frozenset({"NoSuchEntity", "NoSuchEntityException", "NoSuchRole", "ValidationError"})
BUSY = frozenset(
    {"Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable", "InternalFailure"}
)
UNREADABLE = frozenset({"IDPCommunicationError", "IDPCommunicationErrorException"})
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})

OUR_POLICIES = re.compile(
    r"no (identity-based|session|permissions boundary|service control|VPC endpoint) policy allows"
    r"|explicit deny in (a|an) (identity-based|session|service control|VPC endpoint) policy"
    r"|no permissions boundary allows|explicit deny in a permissions boundary",
    re.IGNORECASE,
)
THEIR_POLICY = re.compile(
    r"no resource-based policy allows|explicit deny in a resource-based policy", re.IGNORECASE
)


@dataclass(frozen=True)
class Asked:
    """What was asked for, as far as the explanation names it; nothing of it is secret."""

    role: str
    region: str
    external_id: str | None = None
    principal: str = ""
    """Who asked: what the trust policy is to name."""
    subject: str | None = None
    """Of the token that was shown (web identity)."""
    action: str = ""
    """What the role was used for, once it had let us in: ``ecs:RunTask``."""
    said: str = ""
    """AWS's own words about it, where they can hold no secret."""


def cause_of(code: str, message: str) -> RefusalCause | None:
    """The cause behind an error of STS; ``None`` when it is no refusal and asking again may help."""
    if code in BUSY:
        return None
    if code in DENIED:
        return _denied(message)
    if code in CLOCK:
        return RefusalCause.CLOCK
    if code in REGION or code == "InvalidClientTokenId":
        # The keys of every other region are unknown in one that the account has not enabled.
        return RefusalCause.REGION_DISABLED
    if code in MISSING:
        return RefusalCause.NO_SUCH_ROLE
    if code in UNREADABLE:
        return RefusalCause.UNREACHABLE
    if code in ("InvalidIdentityToken", "InvalidIdentityTokenException", "IDPRejectedClaim"):
        return RefusalCause.UNREACHABLE if "retrieve verification key" in message else _token(message)
    return RefusalCause.NOT_TOLD


def _denied(message: str) -> RefusalCause:
    if "sts:ExternalId" in message:
        return RefusalCause.EXTERNAL_ID  # an emulator that tells
    if THEIR_POLICY.search(message):
        return RefusalCause.TRUST_POLICY
    if OUR_POLICIES.search(message):
        return RefusalCause.OUR_PERMISSION
    return RefusalCause.NOT_TOLD


def _token(message: str) -> RefusalCause:
    return RefusalCause.CLOCK if "expired" in message.lower() else RefusalCause.TRUST_POLICY


def explain(cause: RefusalCause, asked: Asked) -> str:
    """What is wrong and how to mend it, for the person who linked the account."""
    match cause:
        case RefusalCause.NO_SUCH_ROLE:
            return (
                f"There is no role {asked.role}. Create it with this identity's setup (CloudFormation or "
                "terraform), or correct the identity's role_reference if it is another one."
            )
        case RefusalCause.EXTERNAL_ID:
            return (
                f"The trust policy of {asked.role} does not ask for this identity's external id. Add the "
                f'condition StringEquals {{"sts:ExternalId": "{asked.external_id}"}} to its Allow statement '
                "(without it, others could make us act in the account), and keep no other statement "
                "that trusts us."
            )
        case RefusalCause.TRUST_POLICY:
            return f"The trust policy of {asked.role} does not let us in: {_trust(asked)}"
        case RefusalCause.NOT_TOLD:
            return _checks(asked)
        case RefusalCause.OUR_PERMISSION:
            return (
                f"Alethia's own principal may not assume {asked.role}: a policy on our side forbids it. The "
                "account can do nothing about it; whoever operates this Alethia grants sts:AssumeRole to "
                f"{asked.principal or 'the control plane'}."
            )
        case RefusalCause.CLOCK:
            return (
                "AWS refused the request's time or signature, which means a clock that is wrong by minutes, "
                "or a credential that has ended. Set the clock of the machine that asks (time "
                "synchronisation), then test again."
            )
        case RefusalCause.REGION_DISABLED:
            return (
                f"Region {asked.region} is not enabled: in the account, under Account → AWS Regions, enable "
                "it, and under IAM → Account settings activate its STS endpoint; or choose another region. "
                "If it is enabled, AWS does not know the credential that asked."
            )
        case RefusalCause.UNREACHABLE:
            return (
                f"The token service of {asked.region} could not be reached, or could not read our issuer's "
                "keys. Check that the region's name is right and that the issuer's address is public, then "
                "test again."
            )
        case RefusalCause.SERVICE_DISABLED:
            return "A service that is needed is not enabled in the account. Enable it, then test again."
        case RefusalCause.MISSING_PERMISSION:
            return (
                f"The role {asked.role} may not do {asked.action or 'what is needed'} in {asked.region}. "
                "Update it with the template in this identity's setup, look for a permissions boundary or an "
                "organization's policy that forbids it, then try again."
            )
        case RefusalCause.REFUSED:
            said = asked.said.strip().rstrip(".") or "it did not say why; its CloudTrail may"
            return f"AWS refused {asked.action or 'what was asked'} in {asked.region} of the account: {said}."
        case RefusalCause.OTHER_ACCOUNT:
            return (
                f"{asked.role} let us into another account than the one that is linked. Correct the "
                "identity's account_id or its role_reference: they must belong together."
            )


def _trust(asked: Asked) -> str:
    if asked.subject:
        return (
            f"it must allow sts:AssumeRoleWithWebIdentity to our OIDC provider for the subject "
            f'"{asked.subject}" and the audience "sts.amazonaws.com", and the provider must exist in the '
            "account. This identity's setup makes both."
        )
    who = asked.principal or "our principal (see this identity's setup)"
    return f"it must allow sts:AssumeRole to {who}. This identity's setup has the right text."


def _checks(asked: Asked) -> str:
    said = (
        "AWS answers AccessDenied without saying which of three things is wrong. Check in this order: "
        f"(1) the role {asked.role} exists, with exactly this name and path; if not, create it with this "
        "identity's setup. "
    )
    if asked.subject:
        return said + (
            f'(2) Its trust policy asks for the subject "{asked.subject}" (StringEquals on …:sub); replace '
            "it with the one in the setup. (3) It trusts our OIDC provider of this account, with the "
            'audience "sts.amazonaws.com".'
        )
    principal = asked.principal or "the one in this setup"
    return said + (
        f'(2) Its trust policy has the condition sts:ExternalId = "{asked.external_id}"; another value '
        f"there refuses us. (3) Its trust policy's Principal is {principal}; correct it, and look for a Deny."
    )
