"""The keys of our own OIDC issuer: clouds that federate with us check its tokens with their public halves."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from constructs import Construct


class Issuer(Construct):
    """RSA keys that sign and never leave KMS. They stay when the stack goes, or names them no more."""

    def __init__(self, scope: Construct, id: str, names: tuple[str, ...]) -> None:
        super().__init__(scope, id)
        self.keys = [
            kms.Key(
                self,
                f"Key{name}",
                description="Signs the tokens that Alethia's jobs show to linked clouds",
                key_spec=kms.KeySpec.RSA_2048,
                key_usage=kms.KeyUsage.SIGN_VERIFY,
                removal_policy=RemovalPolicy.RETAIN,
                pending_window=Duration.days(30),
            )
            for name in names
        ]

    @property
    def setting(self) -> str:
        """``oidc_signing_keys``: the first signs."""
        return ",".join(key.key_arn for key in self.keys)
