"""Where people sign in: a pool of the stack's own, or an issuer of theirs."""

from typing import Any

import pytest
from aws_cdk import App, Stack, assertions
from pydantic import ValidationError

from cdk.constructs.sign_in import SignIn
from cdk.deployment import Deployment
from tests.infrastructure.conftest import Template
from tests.infrastructure.templates import functions, of_type

ISSUER = "https://sign-in.example.com"


def pool(template: Template) -> dict[str, Any]:
    (found,) = of_type(template, "AWS::Cognito::UserPool").values()
    return found


def client(template: Template) -> dict[str, Any]:
    (found,) = of_type(template, "AWS::Cognito::UserPoolClient").values()
    return found


def told(template: Template) -> dict[str, Any]:
    """What the authorizer checks tokens by."""
    variables = functions(template)["Authorizer"][1]["Environment"]["Variables"]
    return {
        name.removeprefix("ALETHIA_OIDC_").lower(): value
        for name, value in variables.items()
        if name.startswith("ALETHIA_OIDC_") and not name.endswith("_KEYS")
    }


class TestOwnPool:
    def test_only_administrators_make_people_and_nobody_deletes_the_pool(self, template: Template) -> None:
        assert pool(template)["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
        assert pool(template)["DeletionProtection"] == "ACTIVE"
        (resource,) = [r for r in template["Resources"].values() if r["Type"] == "AWS::Cognito::UserPool"]
        assert resource["DeletionPolicy"] == "Retain"

    def test_passwords_are_long_and_mixed(self, template: Template) -> None:
        policy = pool(template)["Policies"]["PasswordPolicy"]
        assert policy["MinimumLength"] >= 14
        assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))

    def test_a_second_factor_is_an_app_and_wanted_in_prod(
        self, template: Template, dev_template: Template
    ) -> None:
        assert (pool(template)["MfaConfiguration"], pool(dev_template)["MfaConfiguration"]) == (
            "ON",
            "OPTIONAL",
        )
        assert pool(template)["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]

    def test_access_tokens_are_what_the_api_takes(self, template: Template) -> None:
        (its_pool,) = of_type(template, "AWS::Cognito::UserPool")
        (its_client,) = of_type(template, "AWS::Cognito::UserPoolClient")
        settings = told(template)
        assert settings["audience"] == {"Ref": its_client}
        assert settings["audience_claim"] == "client_id"
        assert settings["issuer"]["Fn::Join"][1] == [
            "https://cognito-idp.",
            {"Ref": "AWS::Region"},
            ".amazonaws.com/",
            {"Ref": its_pool},
        ]
        assert settings["jwks_url"] == ""

    def test_the_client_keeps_no_secret_and_sends_no_password(self, template: Template) -> None:
        assert client(template)["GenerateSecret"] is False
        assert set(client(template)["ExplicitAuthFlows"]) == {
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH",
        }
        assert client(template)["PreventUserExistenceErrors"] == "ENABLED"
        assert client(template)["EnableTokenRevocation"] is True

    def test_what_a_client_must_know_is_an_output(self, template: Template) -> None:
        assert {"UserPoolId", "ClientId"} <= set(template["Outputs"])

    def test_pages_of_its_own_lead_back_to_the_console(self) -> None:
        pages = {"domain_prefix": "alethia-acme", "callback_urls": ["https://console.example.com/signed-in"]}
        stack = Stack(App(analytics_reporting=False))
        SignIn(stack, "SignIn", Deployment.model_validate({"sign_in": {"cognito": pages}}))
        template = assertions.Template.from_stack(stack).to_json()
        assert client(template)["AllowedOAuthFlows"] == ["code"]
        assert client(template)["CallbackURLs"] == pages["callback_urls"]
        (domain,) = of_type(template, "AWS::Cognito::UserPoolDomain").values()
        assert domain["Domain"] == "alethia-acme"

    def test_pages_that_lead_nowhere_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="domain_prefix and callback_urls go together"):
            Deployment.model_validate({"sign_in": {"cognito": {"domain_prefix": "alethia-acme"}}})


class TestIssuerOfTheirs:
    def test_needs_no_pool(self, other_template: Template) -> None:
        assert not of_type(other_template, "AWS::Cognito::UserPool")
        assert told(other_template) == {
            "issuer": ISSUER,
            "audience": "us",
            "audience_claim": "aud",
            "jwks_url": "",
        }

    def test_a_misspelt_field_is_named(self) -> None:
        with pytest.raises(ValidationError, match="isuer"):
            Deployment.model_validate({"sign_in": {"isuer": ISSUER}})


class TestStages:
    def test_a_thrown_away_dev_deployment_can_be_unprotected_and_prod_never(self) -> None:
        assert not Deployment(stage="dev", deletion_protection=False).deletion_protection  # type: ignore[call-arg]
        with pytest.raises(ValidationError, match="stage dev only"):
            Deployment.model_validate({"deletion_protection": False})

    def test_an_unknown_stage_is_the_one_thing_said(self) -> None:
        with pytest.raises(ValidationError) as refused:
            Deployment.model_validate({"stage": "production"})
        assert [error["loc"] for error in refused.value.errors()] == [("stage",)]
