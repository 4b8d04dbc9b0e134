"""Names that another cloud would take: the nearest to the old one, and no two the same."""

import hashlib
import re
from collections.abc import Iterator

LENGTHS = (50, 40, 32, 24, 16, 12)
"""Lengths that a name is cut to, as services allow fewer characters here than there."""


def legal_names(name: str, kind: str) -> Iterator[str]:
    """What `name` could be called where it is refused: the nearest first, each a component's name.

    A cut name ends with a digest of the whole one, so that two long ones stay two. The last ones have the
    digest in any case; they differ from whatever else is called like it.
    """
    digest = hashlib.sha256(name.encode()).hexdigest()
    hyphens = re.sub(r"[^a-z0-9]+", "-", name).strip("-")
    joined = re.sub(r"[^a-z0-9]", "", name)
    yield hyphens
    yield hyphens.replace("-", "_")
    short_kind = kind.rpartition("_")[2]
    yield f"{hyphens}-{short_kind}"
    yield joined
    yield f"{short_kind}-{hyphens}"
    for length in LENGTHS:
        if length < len(hyphens):
            yield f"{hyphens[: length - 5].rstrip('-')}-{digest[:4]}"
    yield f"{hyphens[:50].rstrip('-')}-{digest[:8]}"
    yield f"{joined[:8]}{digest[:8]}"


def plain_key(name: str) -> str:
    """What a table's key could be called where its name is refused: a plain word."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "key"
