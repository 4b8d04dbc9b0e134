"""Write the provider schemas that the offline check of the templates uses: ``make provider-schemas``.

Standard library only; needs the network. The cdktf wheels named below carry the schema of the whole provider;
only the types that ``templates/`` uses are kept, in
``alethia/embedded/offline_providers/schemas/<provider>.json``, with the version that they are of. To move to
another version of a provider, change its wheel here and the version in the templates' lock files, and run it.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.cdktf_wheel import Schema, read_wheel  # noqa: E402 - after the path to it

FOLDER = ROOT / "alethia" / "embedded" / "offline_providers" / "schemas"
TEMPLATES = (ROOT / "templates" / "gcp", ROOT / "templates" / "azure")

_USED = re.compile(r'^\s*(resource|data|ephemeral)\s+"(\w+)"', re.M)

_SECRETS = re.compile(
    r"(^|_)(password|password_wo|connection_string|access_key|shared_access_key|client_key|private_key|"
    r"primary_key|secondary_key|auth_string|secret_data|secret_data_wo|secret_value|kube_config|"
    r"kube_admin_config|kube_config_raw|kube_admin_config_raw|access_token|sas_token)$"
)
"""Names of attributes that the providers mark as sensitive. The wheels don't carry the mark."""

_SECRETS_OF = {
    "azurerm_key_vault_secret": {"value"},
    "random_password": {"result", "bcrypt_hash"},
}
"""Sensitive attributes whose names don't say so."""

_EPHEMERAL = {"random_password": {"id", "keepers", "number"}}
"""Ephemeral resources, which no wheel describes: those that are a resource less a few attributes."""

_EPHEMERAL_READS = {
    "azurerm_key_vault_secret": {
        "name": {"type": "string", "required": True},
        "key_vault_id": {"type": "string", "required": True},
        "version": {"type": "string", "optional": True},
        "value": {"type": "string", "computed": True, "sensitive": True},
        "expiration_date": {"type": "string", "computed": True},
        "not_before_date": {"type": "string", "computed": True},
    },
}
"""Ephemeral resources that read a thing instead of being one, as the providers' documentation has them."""

_MADE_BY_PROVIDER = {"google_container_cluster": {"master_auth"}}
"""Blocks that the provider makes when the configuration has none, and that templates read."""


@dataclass(frozen=True)
class Wheel:
    """A package on PyPI that carries a provider's schema."""

    provider: str
    package: str
    version: str


WHEELS = (
    Wheel("google", "cdktf-cdktf-provider-google", "16.12.1"),
    Wheel("azurerm", "cdktn-provider-azurerm", "17.0.0"),
    Wheel("random", "cdktf-cdktf-provider-random", "12.0.1"),
)


def main() -> int:
    """Write one file for each provider that the templates use."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, help="folder of already downloaded wheels")
    chosen = parser.parse_args()
    wanted = used_types(*TEMPLATES)
    known = tuple(f"{wheel.provider}_" for wheel in WHEELS)
    if strange := sorted(name for _, name in wanted if not name.startswith(known)):
        print(f"No wheel is named here for {', '.join(strange)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="alethia-schemas-") as downloads:
        for wheel in WHEELS:
            types = {pair for pair in wanted if pair[1].startswith(f"{wheel.provider}_")}
            if not types:
                continue
            schema = read_wheel(find(wheel, chosen.wheels) or download(wheel, Path(downloads)))
            if missing := unknown_types(schema, types):
                print(f"{schema['name']} {schema['version']} has no {', '.join(missing)}", file=sys.stderr)
                return 1
            kept = {"source": f"{wheel.package} {wheel.version}", **keep(schema, types)}
            path = FOLDER / f"{wheel.provider}.json"
            path.write_text(as_text(kept))
            print(f"{path.relative_to(ROOT)}: {len(types)} types of {kept['name']} {kept['version']}")
    return 0


def used_types(*folders: Path) -> set[tuple[str, str]]:
    """``("resource", "google_sql_user")`` for every type in `folders` that isn't terraform's own."""
    return {
        (kind, name)
        for folder in folders
        for file in folder.rglob("*.tf")
        if ".terraform" not in file.parts
        for kind, name in _USED.findall(file.read_text())
        if not name.startswith("terraform_")
    }


def unknown_types(schema: Schema, types: set[tuple[str, str]]) -> list[str]:
    """What of `types` the provider doesn't have, as ``resource google_nothing``."""
    known = {("resource", name) for name in schema["resource_schemas"]}
    known |= {("data", name) for name in schema["data_source_schemas"]}
    known |= {("ephemeral", name) for name in (*_EPHEMERAL, *_EPHEMERAL_READS)}
    return sorted(" ".join(pair) for pair in types - known)


def keep(schema: Schema, types: set[tuple[str, str]]) -> Schema:
    """The part of a provider's schema that describes `types`."""
    of_kind = {
        kind: {name for found, name in types if found == key}
        for kind, key in (("resource_schemas", "resource"), ("data_source_schemas", "data"))
    }
    kept: Schema = {"name": schema["name"], "version": schema["version"], "provider": schema["provider"]}
    for kind, names in of_kind.items():
        kept[kind] = {name: item for name, item in sorted(schema[kind].items()) if name in names}
        for name, item in kept[kind].items():
            _mark(name, item["block"])
    known = {*_EPHEMERAL, *_EPHEMERAL_READS}
    ephemeral = sorted(name for kind, name in types if kind == "ephemeral" and name in known)
    if ephemeral:
        kept["ephemeral_resource_schemas"] = {
            name: {"block": {"attributes": _ephemeral(name, schema)}} for name in ephemeral
        }
    return kept


def _ephemeral(name: str, schema: Schema) -> Schema:
    if name in _EPHEMERAL_READS:
        return _EPHEMERAL_READS[name]
    attributes = schema["resource_schemas"][name]["block"]["attributes"]
    return {key: item for key, item in attributes.items() if key not in _EPHEMERAL[name]}


def _mark(type_name: str, block: dict[str, Any], *, top: bool = True) -> None:
    for name, item in block.get("attributes", {}).items():
        if _SECRETS.search(name) or (top and name in _SECRETS_OF.get(type_name, ())):
            item["sensitive"] = True
        if name.endswith("_wo"):
            item["write_only"] = True
    for name, item in block.get("block_types", {}).items():
        if top and name in _MADE_BY_PROVIDER.get(type_name, ()):
            item["computed"] = True
        _mark(type_name, item["block"], top=False)


def as_text(schema: Schema) -> str:
    """JSON with one attribute on a line, so that a diff of two versions can be read."""
    text = json.dumps(schema, indent=1)
    # The innermost objects and type expressions go on one line.
    flat = re.sub(r"[\[{][^\[\]{}]*[\]}]", lambda match: " ".join(match[0].split()), text)
    return re.sub(r"\[\s+(\"\w+\"),\s+(\"\w+\")\s+\]", r"[\1, \2]", flat) + "\n"


def find(wheel: Wheel, folder: Path | None) -> Path | None:
    """The wheel in `folder`, when it is there."""
    name = f"{wheel.package.replace('-', '_')}-{wheel.version}-*.whl"
    return next(folder.glob(name), None) if folder else None


def download(wheel: Wheel, folder: Path) -> Path:
    """Fetch the wheel, without what it depends on."""
    pin = f"{wheel.package}=={wheel.version}"
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), pin]
    subprocess.run(argv, check=True)
    found = find(wheel, folder)
    if found is None:
        raise FileNotFoundError(f"{pin} was not among the downloads")
    return found


if __name__ == "__main__":
    sys.exit(main())
