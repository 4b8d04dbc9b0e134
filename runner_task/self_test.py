"""``python -m runner_task --self-test``: whether this container is what a job needs, as a table.

It asks nobody: no job, no control plane, no network. Operators run it in an image that they built, the tests
in the one that they build. Exit code 0 when every line is ``ok``.
"""

import os
import re
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import certifi

from .clouds.aws.clients import unsigned_sts
from .digests import template_digest
from .image.locks import locked_providers
from .image.pins import Pins, Tool, read_pins
from .installations import cli_configuration
from .job import LONGEST_TEMP
from .settings import Places
from .terraform import AUTOMATION

ASKED_FOR_ITS_VERSION: Mapping[str, tuple[tuple[str, ...], str]] = {
    "terraform": (("version", "-json"), r'"terraform_version":\s*"([^"]+)"'),
    "infracost": (("--version",), r"\bv(\d+\.\d+\.\d+)"),
    "helm": (("version", "--short"), r"\bv(\d+\.\d+\.\d+)"),
    "kubectl": (("version", "--client", "--output=json"), r'"gitVersion":\s*"v([^"]+)"'),
}
"""Tool → its arguments, and where the version stands in what it prints."""

PACKAGES = ("boto3", "cryptography", "httpx", "pydantic", "rfc8785")

NOT_FOR_WRITING = ("/", "/etc", "/opt/alethia", "/tmp", "/usr/local/bin", "/var/tmp")  # noqa: S108 - looked at
"""A read-only root file system refuses these, also those that everybody may usually write to."""

NOWHERE = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
"""A way out that leads nowhere: whatever reaches for the network fails at once."""

SECONDS = 180


class Unfit(Exception):
    """Why a job would fail here."""


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    what: str
    good: bool
    said: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.good else 'FAIL'}  {self.what:<16}  {self.said}"


def self_test(places: Places, write: Callable[[str], None], pins: Pins | None = None) -> bool:
    """Look at everything, tell as it goes, and say whether a job can run here."""
    pins = pins or read_pins()
    checks: list[tuple[str, Callable[[], str]]] = [
        ("user", user),
        ("root file system", read_only_root),
        ("scratch", lambda: scratch(places)),
        ("TLS roots", tls_roots),
        ("Python packages", packages),
        *((tool.name, lambda tool=tool: in_its_version(tool, places)) for tool in pins.tools),
        *(
            (f"template {template.name}", lambda template=template: initialises(template, places))
            for template in sorted(places.templates_dir.glob("*"))
            if template.is_dir()
        ),
    ]
    findings = []
    for what, check in checks:
        try:
            finding = Finding(what, True, check())
        except (Unfit, OSError) as reason:
            finding = Finding(what, False, str(reason))
        write(str(finding))
        findings.append(finding)
    bad = sum(not finding.good for finding in findings)
    write(f"{len(findings)} checks, {bad} failed.")
    return bad == 0


def user() -> str:
    """Nobody in particular, and above all not root."""
    if os.geteuid() == 0:
        raise Unfit("the runner is root; start it as the image's own user")
    return f"{os.geteuid()}, not root"


def read_only_root() -> str:
    """Nothing outside of the scratch folder can be written, not even where everybody usually may."""
    writable = []
    for folder in filter(os.path.isdir, NOT_FOR_WRITING):
        with suppress(OSError), tempfile.TemporaryFile(dir=folder):
            writable.append(folder)
    if writable:
        where = ", ".join(writable)
        raise Unfit(f"{where} can be written; start the container with a read-only root file system")
    return "read-only"


def scratch(places: Places) -> str:
    """Jobs and prepared workspaces have room, and terraform's plugins can bind their sockets."""
    for folder in (places.work_dir, places.cache_dir):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise Unfit(f"{folder} can't be written: {error.strerror}; mount a volume there") from None
    temporary = Path(tempfile.gettempdir())
    if len(os.fsencode(temporary)) > LONGEST_TEMP:
        raise Unfit(f"{temporary} is too long a name for a plugin's socket")
    free = shutil.disk_usage(places.work_dir).free
    return f"{places.work_dir} and {places.cache_dir}, {free / 2**30:.1f} GiB free"


def tls_roots() -> str:
    """Certificate authorities for terraform and the other Go programs, and for the runner itself."""
    system = len(ssl.create_default_context().get_ca_certs())
    own = len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs())
    if not system or not own:
        raise Unfit(f"{system} certificate authorities in the system, {own} in certifi")
    return f"{system} in the system, {own} in certifi"


def packages() -> str:
    """What the runner imports is there: this module has imported all of it but the clouds' clients."""
    unsigned_sts("eu-west-1", None)
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def in_its_version(tool: Tool, places: Places) -> str:
    """The program is there, runs on this machine, and is the pinned one."""
    arguments, pattern = ASKED_FOR_ITS_VERSION[tool.name]
    program = _program(tool.name, places)
    printed = _run([program, *arguments], places, Path(tempfile.gettempdir()))
    found = re.search(pattern, printed)
    if found is None:
        raise Unfit(f"{program} did not say its version")
    if found[1] != tool.version:
        raise Unfit(f"{program} is {found[1]}; pinned is {tool.version}")
    return f"{tool.version}, {program}"


def initialises(template: Path, places: Places) -> str:
    """Its locked providers come from this machine, start, and know everything that the template says."""
    terraform = _program("terraform", places)
    wanted = {provider.source: provider.version for provider in locked_providers(template.parent)}
    places.work_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="self-test-", dir=places.work_dir) as folder:
        workspace = Path(folder, template.name)
        shutil.copytree(template, workspace, ignore=shutil.ignore_patterns(".terraform"))
        _run([terraform, "init", "-backend=false", "-no-color"], places, workspace)
        _run([terraform, "validate", "-no-color"], places, workspace)
        mine = {provider.source: provider.version for provider in locked_providers(workspace.parent)}
    if not mine.items() <= wanted.items():
        raise Unfit(f"terraform chose other providers than the locked ones: {mine}")
    chosen = ", ".join(f"{source.split('/', 1)[1]} {number}" for source, number in sorted(mine.items()))
    return f"{template_digest(template)[:12]}…, {chosen or 'no provider'}, without network"


def _program(name: str, places: Places) -> str:
    named = [path for path in places.terraform if name == "terraform"]
    found = shutil.which(named[0] if named else name, path=places.inherited.get("PATH", os.defpath))
    if found is None:
        raise Unfit("is not there")
    return found


def _run(command: list[str], places: Places, folder: Path) -> str:
    environment = {
        **{name: value for name, value in places.inherited.items() if "proxy" not in name.lower()},
        **NOWHERE,
        **AUTOMATION,
        "INFRACOST_SKIP_UPDATE_CHECK": "true",
        "TF_CLI_CONFIG_FILE": str(cli_configuration(places.cli_config, places.cache_dir)),
        "TMPDIR": tempfile.gettempdir(),
    }
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unfit(f"{' '.join(command)} did not end within {SECONDS} s") from None
    if done.returncode:
        said = [line.strip(" ╷│╵") for line in (done.stderr or done.stdout).splitlines()]
        raise Unfit(f"{' '.join(command)} failed: {' '.join(filter(None, said))[:400]}")
    return done.stdout
