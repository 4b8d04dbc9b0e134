"""pydantic's complaints, in words that say what would be right."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from .errors import FieldProblem
from .ids import ID_PATTERN

PATTERNS: dict[str, str] = {
    r"^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$": (
        "must be a lower-case DNS label of at most 32 characters: letters, digits and hyphens, a letter first"
    ),
    r"^[a-z][a-z0-9_.-]*$": "must be lower-case letters, digits, '_', '.' and '-', a letter first",
    r"^[0-9]+\.[0-9]+\.[0-9]+$": "must be a full version such as 1.11.4",
    r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$": "must be a domain name such as shop.example.com",
    r"^(https://|git@)[^\s@]+$": "must be a repository's https:// or git@ address, with no password in it",
    r"^\d{12}$": "must be the account's 12 digits",
    r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$": (
        "must be a role's ARN such as arn:aws:iam::123456789012:role/alethia"
    ),
    r"^vpc-[0-9a-f]{8,40}$": "must be a VPC's id such as vpc-0a1b2c3d",
    r"^subnet-[0-9a-f]{8,40}$": "must be a subnet's id such as subnet-0a1b2c3d",
    r"^[0-9a-f]{64}$": "must be a sha256 in lower-case hex",
    r"^[^\s@]+@[^\s@]+$": "must be an e-mail address",
    r"^(mon|tue|wed|thu|fri|sat|sun)$": "must be a day: mon, tue, wed, thu, fri, sat or sun",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": "must be a time of day such as 08:30",
    r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$": "must be a time of day such as 17:30, or 24:00 for midnight",
    r"^[A-Za-z0-9][\w. -]*$": "must be letters, digits, spaces, '_', '.' and '-', a letter or digit first",
    ID_PATTERN: "must be an id: letters, digits, '-', '_' and '.'",
}
"""Pattern of a field → what it asks for. A test holds it complete for everything that people send."""

WORDS = {
    "missing": "is required",
    "string_type": 'must be a text (YAML takes a version for a number unless it has quotes: "1.35")',
    "extra_forbidden": "is not known here; remove it, or check its spelling",
}
"""pydantic's type of complaint → what to say instead."""


def problems_of(error: ValidationError) -> list[FieldProblem]:
    """One problem for each complaint, without the offending values (they may be secrets)."""
    return [
        FieldProblem(tuple(item["loc"]), _message(item["type"], item["msg"], item.get("ctx", {})))
        for item in error.errors(include_url=False, include_input=False)
    ]


def _message(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return PATTERNS.get(pattern, f"must match {pattern}")
    return WORDS.get(kind) or message.removeprefix("Value error, ")
