"""No known secret in any line that leaves the runner."""

import re
import threading

SHORTEST = 6
"""Shorter values would mask ordinary words."""

MASK = "***"


class Masker:
    """Replaces every secret that it was told of by ``***``. Add secrets at any time, from any thread."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._guard = threading.Lock()

    def add(self, *secrets: str | None) -> None:
        """Mask these from now on; each line of a multi-line secret is masked by itself too."""
        with self._guard:
            for secret in secrets:
                for part in {secret or "", *(secret or "").splitlines()}:
                    if len(part) >= SHORTEST:
                        self._secrets.add(part)
            longest_first = sorted(self._secrets, key=len, reverse=True)
            if longest_first:
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, text: str) -> str:
        """`text` without secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text
