"""The terraform programs of this machine, and the providers that lie on its disk."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .errors import StepFailed

USUAL_MIRRORS = (
    Path("/opt/tf-plugins"),
    Path("/opt/terraform/plugins"),
    Path("/usr/share/terraform/plugins"),
    Path("/usr/local/share/terraform/plugins"),
    Path.home() / ".terraform.d" / "plugins",
    Path.home() / ".local" / "share" / "terraform" / "plugins",
)
"""System folders in which an unpacked provider mirror may lie."""


def terraform_versions(programs: tuple[str, ...], cache_dir: Path, path: str) -> dict[str, str]:
    """Every terraform that this runner has: version → program.

    Starting one costs 0.1 to 0.3 s, so answers are kept by path and time of change.
    """
    cache = cache_dir / "terraform-versions.json"
    known = _read_json(cache)
    found: dict[str, str] = {}
    fresh = dict(known)
    for program in programs or ("terraform",):
        located = shutil.which(program, path=path)
        if located is None:
            continue
        key = f"{located}@{Path(located).stat().st_mtime_ns}"
        if key not in fresh:
            fresh[key] = _ask_version(located, path)
        found[fresh[key]] = located
    if fresh != known:
        write_atomically(cache, json.dumps(fresh))
    return found


def choose(versions: Mapping[str, str], wanted: str) -> str:
    """The program of the wanted version; the refusal says which versions there are."""
    if wanted in versions:
        return versions[wanted]
    have = ", ".join(sorted(versions)) or "none"
    raise StepFailed(
        f"The spec wants terraform {wanted}, which this runner does not have (it has: {have}). "
        "Choose one of those, or use a runner that has it."
    )


def cli_configuration(given: Path | None, cache_dir: Path) -> Path:
    """The terraform CLI configuration to use: the given one, or ours.

    Ours looks for providers in a mirror on disk, where there is one, and downloads what it lacks.
    """
    if given is not None:
        return given
    mirrors = [mirror for mirror in USUAL_MIRRORS if any(mirror.glob("registry.terraform.io/*/*"))]
    blocks = "".join(
        f"  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n" for mirror in mirrors
    )
    excluded = [f"registry.terraform.io/{name}" for mirror in mirrors for name in _providers_in(mirror)]
    direct = f"  direct {{\n    exclude = {json.dumps(sorted(set(excluded)))}\n  }}\n"
    text = f"disable_checkpoint = true\n\nprovider_installation {{\n{blocks}{direct}}}\n"
    path = cache_dir / "terraform.rc"
    if not path.is_file() or path.read_text() != text:
        write_atomically(path, text)
    return path


def write_atomically(path: Path, text: str) -> None:
    """Write a file that other runners may read at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)


def _providers_in(mirror: Path) -> list[str]:
    """``namespace/name`` of each provider; the registry is not asked for these."""
    root = mirror / "registry.terraform.io"
    return ["/".join(path.relative_to(root).parts) for path in root.glob("*/*") if path.is_dir()]


def _ask_version(program: str, path: str) -> str:
    answer = subprocess.run(
        [program, "version", "-json"],
        capture_output=True,
        check=True,
        timeout=30,
        env={"CHECKPOINT_DISABLE": "1", "PATH": path},
    )
    return str(json.loads(answer.stdout)["terraform_version"])


def _read_json(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}
