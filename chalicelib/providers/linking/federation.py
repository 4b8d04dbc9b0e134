"""What GCP and Azure have in common: their token service exchanges a token of our OIDC issuer."""

import re
from collections.abc import Iterable

from chalicelib.domain.errors import Conflict, FieldProblem
from chalicelib.domain.identity import AccessMethod, IdentityForm

from .base import OurSide


def misplaced(form: IdentityForm, cloud: str, foreign: Iterable[str]) -> list[FieldProblem]:
    """The method, and fields that belong to other clouds."""
    problems = []
    if form.method is not AccessMethod.FEDERATION:
        problems.append(
            FieldProblem(("method",), f'{cloud} accounts are linked without keys: use "federation"')
        )
    for name in foreign:
        if getattr(form, name) is not None:
            problems.append(FieldProblem((name,), f"means nothing for {cloud}; leave it out"))
    return problems


def unlike(
    value: str | None, pattern: re.Pattern[str], path: tuple[str, ...], right: str
) -> list[FieldProblem]:
    """The problem of a value that is missing or does not fit; `right` says what would be right."""
    if value is not None and pattern.fullmatch(value):
        return []
    return [FieldProblem(path, right)]


def issuer_of(ours: OurSide) -> str:
    """Our issuer (:class:`Conflict` where the deployment has none)."""
    if not ours.issuer_url:
        raise Conflict(
            "This deployment has no OIDC issuer yet, which this cloud needs to trust: "
            "set ALETHIA_PUBLIC_API_URL and ALETHIA_OIDC_SIGNING_KEYS."
        )
    return ours.issuer_url


def unreachable(issuer: str, cloud: str) -> list[str]:
    """A warning, as a step, for an issuer that no cloud can read keys from."""
    if issuer.startswith("https://"):
        return []
    sentence = (
        f"This deployment's issuer is {issuer}: {cloud} trusts only an https address that it can reach from "
        "the internet, so this link can't work until the API has one."
    )
    return [sentence]
