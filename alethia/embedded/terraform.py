"""Which terraform the runners use here, and where its providers come from.

A runner's image brings both. On a person's machine terraform is found on PATH or fetched into
``.alethia/bin``, and providers come from an unpacked filesystem mirror when there is one, else from their
registry through a shared plugin cache.
"""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from .errors import StackError

REGISTRY = "registry.terraform.io"
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def find_terraform(project: Path) -> Path:
    """The binary that ``scripts/terraform.py`` finds or fetches.

    Raises
    ------
    StackError
        There is none; the script has said why.
    """
    script = project / "scripts" / "terraform.py"
    answer = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        raise StackError("No usable terraform; see above.")
    return Path(answer.stdout.strip())


def mirror_folders() -> list[Path]:
    """Where unpacked providers usually lie, most particular first."""
    named = os.environ.get("ALETHIA_TERRAFORM_MIRROR")
    usual = [
        *([Path(named)] if named else []),
        Path.home() / ".terraform.d" / "plugins",
        Path.home() / ".local" / "share" / "terraform" / "plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
        Path("/usr/share/terraform/providers"),
    ]
    optional = Path("/opt")
    if optional.is_dir():
        usual += sorted(path for path in optional.iterdir() if path.is_dir())
    return [path for path in usual if (path / REGISTRY).is_dir()]


def locked_providers(lock_file: Path) -> Iterator[tuple[str, str]]:
    """``("hashicorp/aws", "5.100.0")`` for each provider in a ``.terraform.lock.hcl``."""
    text = lock_file.read_text() if lock_file.exists() else ""
    pattern = rf'provider "{re.escape(REGISTRY)}/([^"]+)" {{\s*version\s*=\s*"([^"]+)"'
    yield from re.findall(pattern, text)


def write_cli_config(
    path: Path, *, templates: Path, plugin_cache: Path, running: Collection[str] = ()
) -> Path:
    """Write terraform's CLI configuration: mirrors for exactly what they hold, the registry for the rest.

    Parameters
    ----------
    running : Collection[str]
        Providers that terraform attaches to, such as ``hashicorp/google``: they are not installed.
    """
    wanted = {
        (name, version)
        for lock in templates.glob("*/.terraform.lock.hcl")
        for name, version in locked_providers(lock)
        if name not in running
    }
    system = f"{platform.system().lower()}_{MACHINES.get(platform.machine().lower(), 'amd64')}"
    blocks, mirrored = [], []
    for folder in mirror_folders():
        held = sorted(
            name
            for name, version in wanted
            if name not in mirrored and (folder / REGISTRY / name / version / system).is_dir()
        )
        if held:
            blocks.append(
                f'  filesystem_mirror {{\n    path    = "{folder}"\n    include = {_list(held)}\n  }}'
            )
            mirrored += held
    direct = f"    exclude = {_list(mirrored)}\n" if mirrored else ""
    blocks.append(f"  direct {{\n{direct}  }}")
    head = ""
    if {name for name, _ in wanted} - set(mirrored):
        # Measured: with an unpacked mirror the plugin cache only costs time.
        plugin_cache.mkdir(parents=True, exist_ok=True)
        head = f'plugin_cache_dir = "{plugin_cache}"\n'
    path.write_text(f"{head}provider_installation {{\n" + "\n".join(blocks) + "\n}\n")
    return path


def _list(names: list[str]) -> str:
    return "[" + ", ".join(f'"{REGISTRY}/{name}"' for name in names) + "]"
