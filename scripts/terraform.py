"""Find terraform 1.11, or fetch the official release: ``python scripts/terraform.py`` prints its path.

Standard library only. A terraform on PATH is taken when it is a 1.11; else the release named below is
downloaded once into ``.alethia/bin`` and checked against the sha256 that HashiCorp published for it.
"""

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = "1.11.4"
SERIES = "1.11."
SHA256 = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class Missing(Exception):
    """No terraform, and why."""


def main() -> int:
    """Print the path of a usable terraform."""
    try:
        print(find() or download())
    except Missing as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def find() -> Path | None:
    """The terraform on PATH or in ``.alethia/bin`` that is of the right series."""
    for candidate in (shutil.which("terraform"), str(ROOT / ".alethia" / "bin" / "terraform")):
        if candidate and Path(candidate).exists() and version_of(candidate).startswith(SERIES):
            return Path(candidate)
    return None


def version_of(binary: str) -> str:
    """Its version, or an empty text when it can't say."""
    environ = {**os.environ, "CHECKPOINT_DISABLE": "1"}
    answer = subprocess.run(
        [binary, "version", "-json"], capture_output=True, text=True, env=environ, check=False
    )
    try:
        return str(json.loads(answer.stdout)["terraform_version"])
    except (ValueError, KeyError):
        return ""


def download() -> Path:
    """Fetch, check and unpack the release."""
    system = f"{platform.system().lower()}_{MACHINES.get(platform.machine().lower(), '')}"
    if system not in SHA256:
        raise Missing(f"terraform {SERIES}x is not on PATH, and there is no known release for {system}.")
    address = f"https://releases.hashicorp.com/terraform/{VERSION}/terraform_{VERSION}_{system}.zip"
    print(f"terraform {SERIES}x is not on PATH; fetching {VERSION} …", file=sys.stderr)
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            archive = answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise Missing(
            f"terraform {SERIES}x is not on PATH and could not be downloaded ({error}). "
            f"Install terraform {VERSION} and try again."
        ) from None
    if hashlib.sha256(archive).hexdigest() != SHA256[system]:
        raise Missing(f"The download of {address} does not have the published sha256; nothing was installed.")
    folder = ROOT / ".alethia" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        part = folder / "terraform.part"
        part.write_bytes(bundle.read("terraform"))
    part.chmod(0o755)
    return part.replace(folder / "terraform")


if __name__ == "__main__":
    sys.exit(main())
