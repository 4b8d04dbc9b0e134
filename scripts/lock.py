"""Write the locks: ``python scripts/lock.py`` (``make lock``). Needs the network.

Standard library only. uv resolves each dependency group of ``pyproject.toml`` for every Python and platform
that we support; it runs from a throw-away environment, so that it is no dependency of ours. ``dev``
contains everything and is resolved first; the other groups take their versions from it. The files name
packages and hashes, no hosts.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GROUPS = ("dev", "lambda", "runner", "cdk", "local")


def main() -> int:
    """Resolve every group."""
    with tempfile.TemporaryDirectory(prefix="alethia-lock-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "uv"], check=True)
        for group in GROUPS:
            _compile(Path(folder, "bin", "uv"), group)
    return 0


def _compile(uv: Path, group: str) -> None:
    print(f"Locking {group} …", flush=True)
    constraints = [] if group == "dev" else ["-c", "requirements/dev.txt"]
    subprocess.run(
        [
            str(uv),
            *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--group", group),
            *("--generate-hashes", "--no-emit-index-url", *constraints),
            *("-o", f"requirements/{group}.txt"),
        ],
        check=True,
        cwd=ROOT,
    )


if __name__ == "__main__":
    sys.exit(main())
