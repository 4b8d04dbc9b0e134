"""What a shell needs for ``alethia runner start`` against the embedded stack: a file to source, no secrets.

Runners that the stack starts by itself have the same from the agent.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path

from .on_demand import REATTACH

FILE = "runner.env"


def write_runner_env(path: Path, environ: Mapping[str, str], *, real_aws: bool) -> None:
    """Write what of `environ` is ours, or an emulator's, as shell assignments.

    AWS's own variables only where they name the emulated cloud.
    """
    named = ("ALETHIA_", REATTACH) if real_aws else ("ALETHIA_", "AWS_", REATTACH)
    lines = [
        f"export {name}={shlex.quote(value)}"
        for name, value in sorted(environ.items())
        if name.startswith(named)
    ]
    path.write_text("\n".join(lines) + "\n")
