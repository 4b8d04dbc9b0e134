"""A provider's schema out of its cdktf or cdktn wheel, in the shape of ``terraform providers schema -json``.

Standard library only. The wheel carries the JavaScript that cdktf's generator wrote from the provider's own
schema (cdktn, its successor, the same with class fields), one folder for each resource and data source, in a
form regular enough to be read line by line:

* a class for the resource and one for each nested block. A getter names an attribute and its type; a
  ``set`` or ``put`` says that it can be configured, a ``reset`` that it need not be;
* a table of what goes into HCL, which tells blocks from attributes and lists from sets.

What the JavaScript does not tell: whether an *optional* attribute is also computed, defaults, which changes
force a replacement, which values are sensitive, and rules between attributes.
"""

import io
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_MODULE = re.compile(r"package/lib/([^/]+)/index(?:-structs/structs\d+)?\.js$")
_CLASS = re.compile(r"^class (\w+) extends cdkt[fn]\.(\w+) \{\n(.*?)\n\}\n", re.S | re.M)
_HCL_TABLE = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{\n(.*?)\n\}\n", re.S | re.M)
_HCL_ENTRY = re.compile(
    r"^ {8,12}(\w+): \{\n\s+value: .*\n"
    r"\s+isBlock: (\w+),\n\s+type: \"(\w+)\",\n\s+storageClassType: \"(\w+)\"",
    re.M,
)
_SIMPLE = re.compile(
    r"^    get (\w+)\(\) \{\n\s+return (?:cdkt[fn]\.Token\.\w+\()?(cdkt[fn]\.Fn\.tolist\()?"
    r"this\.(\w+)\(['\"](\w+)['\"]\)",
    re.M,
)
_AS_ATTRIBUTE = re.compile(r"^ +// (\w+) - computed: true, optional: true, required: false$", re.M)
_MEMBER = re.compile(
    r"^\s+(?:this\.)?_(\w+) = new (?:\w+\.)?(\w+)\(this, ['\"](\w+)['\"](?:, (true|false))?\)",
    re.M,
)
_RESET = re.compile(r"^    reset(\w+)\(\) \{\n\s+this\._(\w+)", re.M)
_ELEMENT = re.compile(r"return new (?:\w+\.)?(\w+)\(this")
_ROOT = re.compile(
    r"registry\.terraform\.io/providers/(?P<provider>[^/]+/[^/]+)/(?P<version>[^/]+)/docs"
    r"(?:/(?P<kind>resources|data-sources))?(?:/\S+)? (?P<type>\w+)\}"
)
_GETTERS: dict[str, Any] = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
    "getNumberMapAttribute": ["map", "number"],
    "getBooleanMapAttribute": ["map", "bool"],
    "interpolationForAttribute": "dynamic",
}
_COLLECTIONS: dict[str, Any] = {
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "StringMapList": ["list", ["map", "string"]],
}
_STORAGE: dict[str, Any] = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "stringList": "string",
    "numberList": "number",
    "numberListList": ["list", "number"],
    "stringMap": "string",
    "stringListList": ["list", "string"],
    "stringListMap": ["list", "string"],
    "stringMapList": ["map", "string"],
    "stringMapMap": ["map", "string"],
    "numberMap": "number",
    "booleanMap": "bool",
}
_NESTING = {"list": "list", "set": "set", "map": "map", "struct": "single"}
_META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"}


@dataclass(frozen=True)
class HclEntry:
    """One row of a class's table of what goes into HCL."""

    is_block: bool
    nesting: str
    storage: str


@dataclass
class Module:
    """The JavaScript of one resource or data source."""

    classes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Class name → the cdktf (cdktn) class that it extends, and its body."""
    tables: dict[str, dict[str, HclEntry]] = field(default_factory=dict)
    """Struct name, in lower case → its table."""

    def read(self, source: str) -> None:
        """Add one file."""
        for name, base, body in _CLASS.findall(source):
            self.classes[name] = base, body
        for name, body in _HCL_TABLE.findall(source):
            self.tables[name.lower()] = _entries(body)


def read_wheel(wheel: Path) -> Schema:
    """The whole schema of a provider: one entry of ``provider_schemas``, plus ``provider`` name and version.

    Returns
    -------
    dict
        ``name`` (``hashicorp/google``), ``version``, ``provider``, ``resource_schemas`` and
        ``data_source_schemas``; each schema is ``{"block": {"attributes": …, "block_types": …}}``.
    """
    found: Schema = {"name": None, "version": None, "provider": {}, "resource_schemas": {}}
    found["data_source_schemas"] = {}
    for module in _modules(wheel):
        for name, (base, body) in module.classes.items():
            if base not in {"TerraformResource", "TerraformDataSource", "TerraformProvider"}:
                continue
            head = _ROOT.search(body)
            if head is None:
                raise ValueError(f"{wheel.name}: class {name} doesn't say which type it stands for")
            found["name"], found["version"] = head["provider"], head["version"]
            if base == "TerraformProvider":
                found["provider"] = {"block": _provider_block(module, name)}
                continue
            schema = {"block": _block(module, name)}
            if base == "TerraformResource":
                _only_the_provider_gives_ids(schema["block"])
                found["resource_schemas"][head["type"]] = schema
            else:
                found["data_source_schemas"][head["type"]] = schema
    return found


def _modules(wheel: Path) -> Iterator[Module]:
    modules: dict[str, Module] = {}
    with zipfile.ZipFile(wheel) as archive:
        inner = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(archive.read(inner)), mode="r|gz") as package:
            for member in package:
                match = _MODULE.match(member.name)
                content = package.extractfile(member) if match else None
                if match and content:
                    modules.setdefault(match[1], Module()).read(content.read().decode())
    yield from modules.values()


def _entries(body: str) -> dict[str, HclEntry]:
    return {
        name: HclEntry(block == "true", nesting, storage)
        for name, block, nesting, storage in _HCL_ENTRY.findall(body)
    }


def _only_the_provider_gives_ids(block: Schema) -> None:
    """Older provider SDKs declare ``id`` as optional and then refuse it."""
    identity = block.get("attributes", {}).get("id")
    if identity and identity.pop("optional", False):
        identity["computed"] = True


def _provider_block(module: Module, class_name: str) -> Schema:
    """The provider's own configuration. Its class has no typed getters: the tables tell all there is."""
    _, body = module.classes[class_name]
    table = {name: entry for name, entry in _entries(body).items() if name != "alias"}
    block = _block_of_table(module, table)
    optional = _optional_members(body)
    for name, nested in block.get("block_types", {}).items():
        if _camel(name) not in optional:
            nested["min_items"] = 1
    return block


def _block_of_table(module: Module, table: dict[str, HclEntry]) -> Schema:
    attributes: Schema = {}
    blocks: Schema = {}
    for name, entry in table.items():
        if entry.is_block:
            struct = entry.storage.removesuffix("List").lower()
            blocks[name] = {
                "nesting_mode": _NESTING[entry.nesting],
                "block": _block_of_table(module, module.tables.get(struct, {})),
            }
        else:
            attributes[name] = {"type": _table_type(entry), "optional": True}
    return _as_block(attributes, blocks)


def _block(module: Module, class_name: str) -> Schema:
    """The schema of a resource (its own class) or of a nested block (its ``…OutputReference``)."""
    base, body = module.classes[class_name]
    nested = base == "ComplexObject"
    struct = class_name.removesuffix("OutputReference").lower()
    table = module.tables.get(struct, {}) if nested else _entries(body)
    optional = _optional_members(body)
    as_attribute = set(_AS_ATTRIBUTE.findall(body))
    attributes: Schema = {}
    blocks: Schema = {}
    for member, wraps_set, getter, name in _SIMPLE.findall(body):
        entry = table.get(name)
        if name not in _META or nested:
            kind = _table_type(entry) if entry else _getter_type(getter, bool(wraps_set))
            attributes[name] = {"type": kind, **_flags(member in optional, entry)}
    for member, kind, name, is_set in _MEMBER.findall(body):
        entry = table.get(name)
        if kind in _COLLECTIONS:
            attributes[name] = {"type": _COLLECTIONS[kind], **_flags(member in optional, entry)}
        elif entry is not None and name in as_attribute:
            kind_of_it = _computed_type(module, kind, is_set == "true")
            attributes[name] = {"type": kind_of_it, "optional": True, "computed": True}
        elif entry is not None:
            blocks[name] = _nested_block(module, kind, entry, required=member not in optional)
        else:
            attributes[name] = {"type": _computed_type(module, kind, is_set == "true"), "computed": True}
    return _as_block(attributes, blocks)


def _as_block(attributes: Schema, blocks: Schema) -> Schema:
    both = (("attributes", attributes), ("block_types", blocks))
    return {key: dict(sorted(value.items())) for key, value in both if value}


def _optional_members(body: str) -> set[str]:
    """What a class can reset need not be configured. Some accessors are named unlike their field."""
    found: set[str] = set()
    for accessor, member in _RESET.findall(body):
        found |= {accessor[0].lower() + accessor[1:], member}
    return found


def _flags(optional: bool, entry: HclEntry | None) -> Schema:
    if entry is None:
        return {"computed": True}
    return {"optional": True} if optional else {"required": True}


def _table_type(entry: HclEntry) -> Any:
    kind = _STORAGE.get(entry.storage, "dynamic")
    return kind if entry.nesting == "simple" else [entry.nesting, kind]


def _getter_type(getter: str, wraps_set: bool) -> Any:
    kind = _GETTERS[getter]
    return ["set", kind[1]] if wraps_set else kind


def _nested_block(module: Module, kind: str, entry: HclEntry, *, required: bool) -> Schema:
    nested: Schema = {
        "nesting_mode": _NESTING[entry.nesting],
        "block": _block(module, _element_class(module, kind)),
    }
    if required:
        nested["min_items"] = 1
    if kind == _element_class(module, kind) and nested["nesting_mode"] != "single":
        nested["max_items"] = 1
    return nested


def _element_class(module: Module, kind: str) -> str:
    """The class of one element of a list's or a map's class; any other class is its own element."""
    base, body = module.classes[kind]
    if base == "ComplexObject":
        return kind
    element = _ELEMENT.search(body)
    if element is None:
        raise ValueError(f"class {kind} doesn't say what it is a list of")
    return element[1]


def _computed_type(module: Module, kind: str, is_set: bool) -> Any:
    """The type of a read-only list, set or map of objects."""
    base, _ = module.classes[kind]
    element = _element_class(module, kind)
    if base == "MapList":
        return ["set" if is_set else "list", _computed_type(module, element, False)]
    members = _block(module, element).get("attributes", {})
    outer = {"ComplexMap": "map"}.get(base, "set" if is_set else "list")
    return [outer, ["object", {name: item["type"] for name, item in members.items()}]]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
