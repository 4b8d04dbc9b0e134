"""Install what comes from npm, for tests and for deploying: ``python scripts/node.py``.

Standard library only.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = 20


def main() -> int:
    """``npm ci``, unless the lock is installed already."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        print(
            f"Tests and the CDK need Node.js {OLDEST} or newer with npm; it is not on PATH.", file=sys.stderr
        )
        return 1
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    major = re.match(r"v(\d+)", version)
    if not major or int(major.group(1)) < OLDEST:
        print(f"Tests and the CDK need Node.js {OLDEST} or newer; this is {version}.", file=sys.stderr)
        return 1
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == digest:
        return 0
    print("Installing package-lock.json …", flush=True)
    subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], check=True, cwd=ROOT)
    stamp.write_text(digest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
