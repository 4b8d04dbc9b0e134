"""IAM policies, evaluated: who may assume a role, and what a role may do.

As much of the language as trust policies and this project's own policies use: explicit Deny wins, wildcards
in actions and resources, NotAction and NotResource, and the operators below with their ``…IfExists`` forms
(every key has one value here, so ``ForAnyValue:`` makes no difference).
A condition with another operator never holds, so that nothing is allowed by accident. What is not played:
session policies, service control policies, and resource policies other than a role's trust policy.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

Context = Mapping[str, str]
"""Condition keys of a request: ``sts:ExternalId`` and the like."""


@dataclass(frozen=True)
class Caller:
    """Who asks. With an account's own key, only the account is known: it passes for anybody in it."""

    account_id: str
    arn: str | None = None
    """Of a role, when the caller is a session of one."""


@dataclass(frozen=True)
class Request:
    """One thing that somebody wants to do."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


def statements(document: str | Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A policy document's statements; IAM keeps some documents percent-encoded."""
    if isinstance(document, str):
        text = document if document.lstrip().startswith("{") else unquote(document)
        parsed: Mapping[str, Any] = json.loads(text)
    else:
        parsed = document
    found = parsed.get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)


def decision(documents: Iterable[str | Mapping[str, Any]], request: Request) -> str:
    """IAM's own words: ``explicitDeny``, ``allowed`` or ``implicitDeny``."""
    allowed = False
    for document in documents:
        for statement in statements(document):
            if not _about(statement, request) or not holds(statement.get("Condition", {}), request.context):
                continue
            if statement["Effect"] == "Deny":
                return "explicitDeny"
            allowed = True
    return "allowed" if allowed else "implicitDeny"


def trusts_account(document: str, caller: Caller, context: Context, action: str = "sts:AssumeRole") -> bool:
    """Whether a trust policy lets a caller of some account assume its role."""
    return _trusts(document, action, context, lambda principal: _is_account(principal, caller))


def trusts_provider(document: str, provider_arn: str, context: Context) -> bool:
    """Whether a trust policy lets a token of an OIDC provider assume its role."""
    action = "sts:AssumeRoleWithWebIdentity"
    return _trusts(document, action, context, lambda p: provider_arn in _many(_of(p, "Federated")))


def _trusts(document: str, action: str, context: Context, is_meant: Any) -> bool:
    allowed = False
    for statement in statements(document):
        meant = is_meant(statement.get("Principal", {}))
        if not meant or not _about(statement, Request(action, context=context)):
            continue
        if holds(statement.get("Condition", {}), context):
            if statement["Effect"] == "Deny":
                return False
            allowed = True
    return allowed


def _is_account(principal: Any, caller: Caller) -> bool:
    for named in _many(principal if principal == "*" else _of(principal, "AWS")):
        if named == "*" or named == caller.account_id:
            return True
        parts = named.split(":")
        if len(parts) < 6 or parts[4] != caller.account_id:
            continue
        if parts[5] == "root" or caller.arn is None or caller.arn == named:
            return True
    return False


def _about(statement: Mapping[str, Any], request: Request) -> bool:
    action = request.action.lower()
    if "NotAction" in statement:
        if any(_like(action, pattern.lower()) for pattern in _many(statement["NotAction"])):
            return False
    elif not any(_like(action, pattern.lower()) for pattern in _many(statement.get("Action"))):
        return False
    if "NotResource" in statement:
        return not any(_like(request.resource, pattern) for pattern in _many(statement["NotResource"]))
    patterns = _many(statement.get("Resource", "*"))
    return any(_like(request.resource, pattern) for pattern in patterns)


def holds(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether every condition holds in `context`."""
    return all(
        _holds(operator, context.get(key), _many(wanted))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, actual: str | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return (actual is None) == (wanted[0] == "true")
    base = operator.removeprefix("ForAnyValue:").removesuffix("IfExists")
    compare = _OPERATORS.get(base.replace("Not", ""))
    if compare is None:
        return False
    negative = "Not" in base
    if actual is None:
        return negative or operator.endswith("IfExists")
    return any(compare(actual, one) for one in wanted) is not negative


def _like(text: str, pattern: str) -> bool:
    # IAM knows * and ? only; fnmatch would also read brackets.
    return fnmatchcase(text, pattern.replace("[", "[[]"))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
}


def _of(principal: Any, kind: str) -> Any:
    return principal.get(kind) if isinstance(principal, Mapping) else None


def _many(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [_word(value)]


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
