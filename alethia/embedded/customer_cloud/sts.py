"""STS: a role is assumed only by whom it trusts, as in AWS.

moto gives a session of any role to anybody, also of a role that does not exist. Symptom: a wrong external id,
a role that was never made and a trust policy without us all "work", and so do two tenants with one account.

* AssumeRole asks that the role exists and that its trust policy lets the caller's account in (with
  ``sts:ExternalId`` and whatever else it asks for). Like AWS it answers the same AccessDenied in every case;
  the reason is in the emulator's own log.
* AssumeRoleWithWebIdentity asks for an OIDC provider in the role's account whose published keys verify the
  token, and that the token's time, audience and subject are right.

An access key ``AKIA{account id}ROOT`` belongs to that account; any number of accounts live side by side.
Sessions act in their role's account (moto does that by itself).
"""

import json
import logging
import re
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
from moto.core.exceptions import ServiceException
from moto.iam import models as iam_models
from moto.sts.models import sts_backends
from moto.sts.responses import TokenResponse

from .patching import Method, around
from .policies import Caller, Context, trusts_account, trusts_provider

log = logging.getLogger(__name__)

ACCOUNT_KEY = re.compile(r"AKIA(\d{12})ROOT")
ROLE_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/(.+)")
MAX_KEYS_BYTES = 256 * 1024
SECONDS = 3
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AccessDenied(ServiceException):
    code = "AccessDenied"


class InvalidIdentityToken(ServiceException):
    code = "InvalidIdentityToken"


class ExpiredToken(ServiceException):
    code = "ExpiredTokenException"


def close_gaps() -> None:
    by_key = iam_models.get_account_id_from

    def account_of(access_key: str) -> str:
        own = ACCOUNT_KEY.fullmatch(access_key)
        return own[1] if own else by_key(access_key)

    iam_models.get_account_id_from = account_of

    @around(TokenResponse, "assume_role")
    def only_whom_it_trusts(original: Method, response: Any) -> Any:
        arn = response._get_param("RoleArn") or ""
        caller = _caller(response)
        external_id = response._get_param("ExternalId")
        context = {"sts:ExternalId": external_id} if external_id else {}
        role = _role(arn)
        if role is None or not trusts_account(role.assume_role_policy_document, caller, context):
            log.warning("%s: %s", arn, "no such role" if role is None else "its trust policy says no")
            raise AccessDenied(_denial(caller, "sts:AssumeRole", arn))
        return original(response)

    @around(TokenResponse, "assume_role_with_web_identity")
    def only_whose_token_it_trusts(original: Method, response: Any) -> Any:
        arn = response._get_param("RoleArn") or ""
        role = _role(arn)
        account_id = match[2] if (match := ROLE_ARN.fullmatch(arn)) else ""
        provider, claims = _verified(account_id, response._get_param("WebIdentityToken") or "")
        if role is None or not trusts_provider(
            role.assume_role_policy_document, provider.arn, _claims_context(provider.url, claims)
        ):
            raise AccessDenied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
        return original(response)


def _caller(response: Any) -> Caller:
    account_id = response.current_account
    session = sts_backends[account_id][response.partition].get_assumed_role_from_access_key(
        response.get_access_key()
    )
    return Caller(account_id, session.role_arn if session else None)


def _denial(caller: Caller, action: str, arn: str) -> str:
    who = caller.arn or f"arn:aws:iam::{caller.account_id}:root"
    return f"User: {who} is not authorized to perform: {action} on resource: {arn}"


def _role(arn: str) -> Any:
    match = ROLE_ARN.fullmatch(arn)
    if match is None:
        return None
    partition, account_id, _ = match.groups()
    roles = iam_models.iam_backends[account_id][partition].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def _verified(account_id: str, token: str) -> tuple[Any, Mapping[str, Any]]:
    """The account's provider that issued the token, and what the token says."""
    try:
        issuer = str(jwt.decode(token, options={"verify_signature": False})["iss"])
    except (jwt.PyJWTError, KeyError):
        raise InvalidIdentityToken("The ID Token provided is not a valid JWT.") from None
    providers = iam_models.iam_backends[account_id]["aws"].open_id_providers.values() if account_id else ()
    named = issuer.split("://", 1)[-1].rstrip("/")
    provider = next((one for one in providers if one.url.rstrip("/") == named), None)
    if provider is None:
        raise InvalidIdentityToken(f"No OpenIDConnect provider found in your account for {issuer}")
    try:
        keys = {key["kid"]: jwt.PyJWK(key) for key in _fetch(issuer)}
    except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError):
        raise InvalidIdentityToken(
            "Couldn't retrieve verification key from your identity provider, please reference "
            "AssumeRoleWithWebIdentity documentation for requirements"
        ) from None
    try:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(
            token, key.key, algorithms=["RS256", "ES256"], audience=provider.client_id_list, issuer=issuer
        )
    except jwt.ExpiredSignatureError:
        raise ExpiredToken("Token expired: current date/time must be before the expiration") from None
    except jwt.InvalidAudienceError:
        raise InvalidIdentityToken("Incorrect token audience") from None
    except (jwt.PyJWTError, KeyError):
        raise InvalidIdentityToken("Signature could not be verified") from None
    return provider, claims


def _fetch(issuer: str) -> list[dict[str, Any]]:
    """The issuer's keys, by its discovery document. Only loopback: this cloud speaks to nobody else."""
    document = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    keys: list[dict[str, Any]] = _get(str(document["jwks_uri"]))["keys"]
    return keys


def _get(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.hostname not in LOOPBACK or parts.scheme not in ("http", "https"):
        raise ValueError("the emulated cloud reads keys on loopback only")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=SECONDS) as answer:
        found: dict[str, Any] = json.loads(answer.read(MAX_KEYS_BYTES))
        return found


def _claims_context(url: str, claims: Mapping[str, Any]) -> Context:
    audience = claims.get("aud")
    audience = audience[0] if isinstance(audience, list) else audience
    return {f"{url}:sub": str(claims.get("sub")), f"{url}:aud": str(audience)}
