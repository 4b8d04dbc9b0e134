"""What AWS's token service says, and what it means. Messages are AWS's own."""

import pytest

from chalicelib.domain.identity import RefusalCause
from chalicelib.providers.aws.refusals import Asked, cause_of, explain

DENIED = "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: sts:AssumeRole on resource: r"
C = RefusalCause


@pytest.mark.parametrize(
    ("code", "message", "cause"),
    [
        ("AccessDenied", DENIED, C.NOT_TOLD),
        (
            "AccessDenied",
            f"{DENIED} because no identity-based policy allows the sts:AssumeRole action",
            C.OUR_PERMISSION,
        ),
        ("AccessDenied", f"{DENIED} with an explicit deny in an identity-based policy", C.OUR_PERMISSION),
        ("AccessDenied", f"{DENIED} with an explicit deny in a service control policy", C.OUR_PERMISSION),
        (
            "AccessDenied",
            f"{DENIED} because no permissions boundary allows the sts:AssumeRole action",
            C.OUR_PERMISSION,
        ),
        ("AccessDenied", f"{DENIED} with an explicit deny in a resource-based policy", C.TRUST_POLICY),
        (
            "AccessDenied",
            f"{DENIED} because no resource-based policy allows the sts:AssumeRole action",
            C.TRUST_POLICY,
        ),
        ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", C.NOT_TOLD),
        ("NoSuchEntity", "The role with name x cannot be found.", C.NO_SUCH_ROLE),
        ("SignatureDoesNotMatch", "Signature expired: 20260301T1 is now earlier than …", C.CLOCK),
        ("RequestExpired", "Request has expired.", C.CLOCK),
        ("ExpiredTokenException", "Token expired: current date/time …", C.CLOCK),
        ("RegionDisabledException", "STS is not activated in this region", C.REGION_DISABLED),
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            C.REGION_DISABLED,
        ),
        ("InvalidIdentityToken", "No OpenIDConnect provider found in your account for …", C.TRUST_POLICY),
        ("InvalidIdentityToken", "Incorrect token audience", C.TRUST_POLICY),
        ("InvalidIdentityToken", "Couldn't retrieve verification key from your …", C.UNREACHABLE),
        ("IDPCommunicationError", "…", C.UNREACHABLE),
        ("Throttling", "Rate exceeded", None),
        ("SomethingNew", "…", C.NOT_TOLD),
    ],
)
def test_what_it_means(code: str, message: str, cause: RefusalCause | None) -> None:
    assert cause_of(code, message) is cause


@pytest.mark.parametrize("subject", [None, "zone:z:identity:i"])
@pytest.mark.parametrize("cause", RefusalCause)
def test_every_cause_says_what_to_do(cause: RefusalCause, subject: str | None) -> None:
    asked = Asked(
        role="arn:aws:iam::1:role/x",
        region="eu-west-1",
        external_id="the-id",
        principal="arn:aws:iam::2:role/us",
        subject=subject,
    )
    text = explain(cause, asked)
    assert len(text) > 60 and text.endswith(".")
    assert "None" not in text
