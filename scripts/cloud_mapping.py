"""The tables of ``docs/clouds.md``, which the code itself knows: ``python -m scripts.cloud_mapping --write``.

What each field becomes on each cloud is probed on the demo's specs (:mod:`scripts.field_probe`); what
corresponds to what is printed from the tables that conversions use. A test compares the page.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from chalicelib.domain.components import COLLECTIONS, SINGLETONS
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from chalicelib.providers.base import Provider
from chalicelib.providers.equivalents import Table
from chalicelib.providers.equivalents.engines import CACHE_ENGINES, DATABASE_ENGINES, SUBSCRIPTION_PROTOCOLS
from chalicelib.providers.equivalents.meanings import MEANINGS
from chalicelib.providers.equivalents.regions import REGIONS
from chalicelib.providers.equivalents.sizes import CACHE_NODE_TYPES, INSTANCE_TYPES
from chalicelib.services.spec_forms import read_form

from .field_probe import REFUSED, every_field, variables_of

PROJECT = Path(__file__).parent.parent
PAGE = PROJECT / "docs" / "clouds.md"
BEGIN, END = "<!-- generated: python -m scripts.cloud_mapping --write -->", "<!-- end of generated -->"
ACCOUNTS = {
    CloudProvider.AWS: "123456789012",
    CloudProvider.GCP: "shop-prod-1234",
    CloudProvider.AZURE: "11111111-2222-3333-4444-555555555555",
}
NOWHERE = "—"
LATER = "*in the cluster, later*"
"""Repositories are for what is installed after terraform."""

TABLES = {
    "Regions": REGIONS,
    "Instance types": INSTANCE_TYPES,
    "Cache node types": CACHE_NODE_TYPES,
    "Database engines": DATABASE_ENGINES,
    "Cache engines": CACHE_ENGINES,
    "What a topic delivers to": SUBSCRIPTION_PROTOCOLS,
}


def report() -> str:
    """Everything between the markers."""
    return "\n\n".join(
        [_fields(), _meanings(), _options(), *(_equivalents(title, table) for title, table in TABLES.items())]
    )


def written(page: str) -> str:
    """`page` with the report between its markers."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{report()}\n\n{END}{tail}"


def demo_config(provider: Provider) -> SpecConfig:
    """The demo's spec of a cloud, as a runner would read it."""
    name = "spec.yaml" if provider.name is CloudProvider.AWS else f"spec.{provider.name}.yaml"
    raw: dict[str, Any] = yaml.safe_load((PROJECT / "alethia" / "demo" / name).read_text())
    form = read_form(raw).model_dump(exclude={"cloud_identity"})
    return SpecConfig.model_validate({**form, "account_id": ACCOUNTS[provider.name]})


def _fields() -> str:
    configs = {provider.name: demo_config(provider) for provider in registry.values()}
    rows = [
        [f"`{field}`", *(_cell(provider, configs[provider.name], field) for provider in registry.values())]
        for field in every_field()
    ]
    return "### What each field becomes\n\n" + _table(["Field", *_labels()], rows)


def _cell(provider: Provider, config: SpecConfig, field: str) -> str:
    if field.startswith("repositories."):
        return LATER
    found = variables_of(provider, config, field)
    return REFUSED if found == [REFUSED] else _names(found)


def _meanings() -> str:
    rows = [
        [
            f"`{field.replace('[]', '')}: {yaml.safe_dump(value).split()[0]}`",
            *(meaning[cloud] for cloud in registry),
        ]
        for field, (value, meaning) in MEANINGS.items()
    ]
    return "### What one value does on each cloud\n\n" + _table(["Field", *_labels()], rows)


def _options() -> str:
    kinds = dict.fromkeys(kind for provider in registry.values() for kind in provider.options)
    sections = SINGLETONS | COLLECTIONS
    rows = [
        [f"`{sections[kind]}`", *(_names(provider.options.get(kind, {})) for provider in registry.values())]
        for kind in kinds
    ]
    return "### Options of one cloud (`provider_config`)\n\n" + _table(["Section", *_labels()], rows)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or NOWHERE


def _equivalents(title: str, table: Table) -> str:
    rows = [[f"`{row[cloud]}`" if cloud in row else NOWHERE for cloud in registry] for row in table.rows]
    return f"### {title}\n\n" + _table(_labels(), rows) + _alike(table)


def _alike(table: Table) -> str:
    """The values of no row, after the one that each goes by."""
    goes_by: dict[str, list[str]] = {}
    for value, row in table.same_as.items():
        goes_by.setdefault(row, []).append(f"`{value}`")
    told = "; ".join(f"{', '.join(values)} by `{row}`" for row, values in goes_by.items())
    return f"\n\nGo by one of them: {told}." if told else ""


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _labels() -> list[str]:
    return [provider.label for provider in registry.values()]


def main() -> None:
    """Print the report, or write it into the page."""
    if "--write" in sys.argv:
        PAGE.write_text(written(PAGE.read_text()))
    else:
        print(report())


if __name__ == "__main__":
    main()
