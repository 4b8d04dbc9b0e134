"""Where people sign in: an issuer of their own, or a Cognito user pool that the stack makes."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge
from cdk.deployment import Cognito, Deployment, OwnPool


class SignIn(Construct):
    """``settings`` are what a token is checked by; ``outputs`` what a client must know to get one."""

    settings: dict[str, str]
    outputs: dict[str, str]

    def __init__(self, scope: Construct, id: str, deployment: Deployment) -> None:
        super().__init__(scope, id)
        chosen = deployment.sign_in
        if isinstance(chosen, OwnPool):
            pool = UserPool(self, "Users", deployment, chosen.cognito)
            self.settings, self.outputs = pool.settings, pool.outputs
            return
        self.outputs = {}
        self.settings = {
            "oidc_issuer": chosen.issuer,
            "oidc_audience": chosen.audience,
            "oidc_audience_claim": chosen.audience_claim,
            "oidc_jwks_url": chosen.jwks_url or "",
        }


class UserPool(Construct):
    """People by e-mail address, made by an administrator; one public client.

    Access tokens are what the API takes: they name the client in ``client_id``, and no audience.
    """

    def __init__(self, scope: Construct, id: str, deployment: Deployment, chosen: Cognito) -> None:
        super().__init__(scope, id)
        required = (chosen.mfa or ("required" if deployment.stage == "prod" else "optional")) == "required"
        self._pool = self._user_pool(deployment, chosen, required)
        client = self._client(chosen)
        region = Stack.of(self).region
        self.settings = {
            "oidc_issuer": f"https://cognito-idp.{region}.amazonaws.com/{self._pool.user_pool_id}",
            "oidc_audience": client.user_pool_client_id,
            "oidc_audience_claim": "client_id",
            "oidc_jwks_url": "",
        }
        self.outputs = {"UserPoolId": self._pool.user_pool_id, "ClientId": client.user_pool_client_id}
        if chosen.domain_prefix:
            self._pool.add_domain(
                "Pages", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=chosen.domain_prefix)
            )
            self.outputs["SignInPages"] = f"https://{chosen.domain_prefix}.auth.{region}.amazoncognito.com"
        if not required:
            reason = "The deployment leaves the second factor to each person."
            acknowledge(self._pool, {"AwsSolutions-COG2": reason})
        if not chosen.threat_protection:
            reason = "Paid by user, so the deployment decides. Nobody signs up by themselves."
            acknowledge(self._pool, {"AwsSolutions-COG3": reason, "AwsSolutions-COG8": reason})

    def _user_pool(self, deployment: Deployment, chosen: Cognito, mfa_required: bool) -> cognito.UserPool:
        threats = chosen.threat_protection
        return cognito.UserPool(
            self,
            "Pool",
            user_pool_name=deployment.name,
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=cognito.Mfa.REQUIRED if mfa_required else cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=14,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            feature_plan=cognito.FeaturePlan.PLUS if threats else cognito.FeaturePlan.ESSENTIALS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION
            if threats
            else None,
            deletion_protection=deployment.deletion_protection,
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _client(self, chosen: Cognito) -> cognito.UserPoolClient:
        """Public: a browser keeps no secret. Its pages give a code, which only their asker can use (PKCE)."""
        pages = cognito.OAuthSettings(
            flows=cognito.OAuthFlows(authorization_code_grant=True),
            scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
            callback_urls=list(chosen.callback_urls),
            logout_urls=list(chosen.logout_urls),
        )
        return self._pool.add_client(
            "Client",
            generate_secret=False,
            # The password never leaves the client; by an administrator, for scripts with AWS credentials.
            auth_flows=cognito.AuthFlow(user_srp=True, admin_user_password=True),
            disable_o_auth=not chosen.callback_urls,
            o_auth=pages if chosen.callback_urls else None,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(1),
        )
