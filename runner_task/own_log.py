"""The runner's own log, for whoever operates it: JSON lines on the container's output.

What terraform says goes to the job's log at the control plane, which its people read; here stands only what
this process did, with the ids that lead there. Never a secret, a stack trace or a customer's resource.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from .masking import Masker

Write = Callable[[str], None]
"""Where lines go; each comes without its end."""


class OwnLog:
    """Lines of one job, or of a runner that has none yet."""

    def __init__(self, write: Write, masker: Masker, **ids: object) -> None:
        self._write = write
        self._masker = masker
        self._ids = ids

    def belongs_to(self, **ids: object) -> None:
        """From here on, each line carries `ids` as well."""
        self._ids = {**self._ids, **ids}

    def say(self, message: str, **more: object) -> None:
        """One line."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"timestamp": at, "message": message, **self._ids, **more}
        masked = {name: self._mask(value) for name, value in line.items()}
        self._write(json.dumps(masked, ensure_ascii=False))

    def _mask(self, value: object) -> object:
        return self._masker.mask(value) if isinstance(value, str) else value
