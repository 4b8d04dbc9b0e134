"""Identifiers: readable prefixes, and ids that make a repeated request find its first answer.

A client that may repeat a write sends an idempotency key. The id of what the write creates is then
*derived* from who asked, for what, and the key; creation is a conditional put, so that the repeat meets
the row it made before. No table of remembered answers is needed, and none can leak one.
"""

import hashlib
import re
import uuid

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letter looks like a digit."""

LENGTH = 20
"""Symbols after the prefix: 100 bits."""


ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$"
"""What an id from outside can look like; nothing else reaches a key of the database."""


def is_id(text: str) -> bool:
    """Whether `text` can be an id at all."""
    return re.fullmatch(ID_PATTERN, text) is not None


def new_id(prefix: str) -> str:
    """A fresh random id such as ``spec-0h3…`` (the prefix and 20 symbols)."""
    return f"{prefix}-{_encode(uuid.uuid4().bytes)}"


def derived_id(prefix: str, *parts: str) -> str:
    """The one id that belongs to `parts`: the same parts give the same id, for ever."""
    joined = "\x1f".join(parts).encode(errors="surrogatepass")
    return f"{prefix}-{_encode(hashlib.sha256(joined).digest()[:16])}"


def id_for(prefix: str, actor: str, idempotency_key: str | None) -> str:
    """The id of a thing that `actor` creates: derived when the client sent a key, else fresh."""
    return derived_id(prefix, actor, idempotency_key) if idempotency_key else new_id(prefix)


def attempt_id(job_id: str, attempt: int) -> str:
    """The name of the `attempt`-th try of a job (counted from 1); also ECS's client token."""
    return f"{job_id}-{attempt}"


def _encode(raw: bytes) -> str:
    number = int.from_bytes(raw)
    symbols = []
    for _ in range(LENGTH):
        number, index = divmod(number, 32)
        symbols.append(ALPHABET[index])
    return "".join(reversed(symbols))
