"""Make ``.venv`` hold a locked dependency group: ``python scripts/environment.py local|dev|…``.

Standard library only. The stamp in the environment names the lock's sha256 and the interpreter, so that a
second call is free and a changed lock is installed.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST, NEWEST = (3, 11), (3, 13)

INCLUDES = {"dev": {"local", "cdk", "lambda", "runner", "dev"}, "local": {"local", "lambda", "runner"}}
"""Which groups an installed group already brings."""


def main(group: str) -> int:
    """Create the environment when it is missing, and install what the lock says."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:2]))
        print(
            f"Alethia needs Python 3.11, 3.12 or 3.13; this is {found}. "
            "Name another one: make PYTHON=python3.12 …",
            file=sys.stderr,
        )
        return 1
    python = VENV / "bin" / "python"
    if not python.exists():
        print(f"Creating {VENV.relative_to(ROOT)} …", flush=True)
        venv.create(VENV, with_pip=True)
    if _installed(group):
        return 0
    lock = ROOT / "requirements" / f"{group}.txt"
    print(f"Installing {lock.relative_to(ROOT)} …", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    # A lock is complete, so nothing is left to resolve. What is never imported need not be compiled; Python
    # compiles the rest when it is first imported.
    how = ["--no-deps", "--no-compile", "--require-hashes"]
    subprocess.run([*pip, *how, "-r", str(lock)], check=True, cwd=ROOT)
    _link_project(python)
    _stamp(group).write_text(_fingerprint(group))
    return 0


def _installed(group: str) -> bool:
    return any(
        group in INCLUDES.get(candidate, {candidate})
        and _stamp(candidate).exists()
        and _stamp(candidate).read_text() == _fingerprint(candidate)
        for candidate in (group, "dev")
    )


def _stamp(group: str) -> Path:
    return VENV / f".installed-{group}"


def _fingerprint(group: str) -> str:
    lock = (ROOT / "requirements" / f"{group}.txt").read_bytes()
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{hashlib.sha256(lock).hexdigest()} {version}\n"


def _link_project(python: Path) -> None:
    """Put the project on the environment's path and its command into ``.venv/bin``; no build is needed."""
    where = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    Path(where, "alethia-project.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "alethia"
    command.write_text(f"#!{python}\nfrom alethia.cli import main\n\nmain()\n")
    command.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
