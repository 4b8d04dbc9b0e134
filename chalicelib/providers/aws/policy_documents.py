"""Writing IAM policies: actions by where, and under which condition, they are allowed.

Each scope makes one statement, with all the actions that it is for. IAM counts 6,144 characters for a managed
policy, so actions are listed once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

MAX_POLICY = 6144
"""Characters of a managed policy, white space not counted."""

Conditions = Mapping[str, Mapping[str, Any]]
Document = dict[str, Any]


@dataclass(frozen=True)
class Policy:
    """One managed policy."""

    name: str
    """``network``, ``data`` …; unique in a link."""
    description: str
    document: Document


@dataclass(frozen=True)
class Scope:
    """On what, and under which conditions: operator, key, values."""

    resources: tuple[str, ...] = ("*",)
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


Rules = list[tuple[str, list[Scope]]]
"""Patterns of actions → scopes; the first that fits counts. What fits none is allowed on everything."""


def size(document: Document) -> int:
    """Characters as IAM counts them, at the most: compact JSON."""
    return len(json.dumps(document, separators=(",", ":")))


def statements_for(wanted: Sequence[str], rules: Rules) -> list[Document]:
    """One statement for each scope, in the order in which scopes are first met."""
    by_scope: dict[Scope, list[str]] = {}
    for action in wanted:
        for scope in _scopes(action, rules):
            by_scope.setdefault(scope, []).append(action)
    return [allow(names, scope) for scope, names in by_scope.items()]


def allow(names: Sequence[str], scope: Scope) -> Document:
    """A statement."""
    statement: Document = {
        "Effect": "Allow",
        "Action": list(names),
        "Resource": scope.resources[0] if len(scope.resources) == 1 else list(scope.resources),
    }
    conditions: dict[str, dict[str, Any]] = {}
    for operator, key, values in scope.conditions:
        conditions.setdefault(operator, {})[key] = values[0] if len(values) == 1 else list(values)
    if conditions:
        statement["Condition"] = conditions
    return statement


def document_of(statements: Iterable[Document]) -> Document:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _scopes(action: str, rules: Rules) -> list[Scope]:
    """On what, and when, an action is allowed: each scope makes a statement."""
    for patterns, scopes in rules:
        if any(fnmatchcase(action, pattern) for pattern in patterns.split()):
            return scopes
    return [Scope()]


def many(value: Any) -> list[str]:
    """IAM's "one or many"."""
    return [value] if isinstance(value, str) else list(value)
