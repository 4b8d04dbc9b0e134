"""A provider's schema is read out of its cdktf wheel; the committed schemas are what the templates need."""

import io
import json
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scripts import provider_schemas
from scripts.cdktf_wheel import Schema, read_wheel

DOCS = "https://registry.terraform.io/providers/example/toy/1.2.3/docs"

BOX = """
class BoxLidOutputReference extends cdktf.ComplexObject {
    get colour() {
        return this.getStringAttribute('colour');
    }
    get note() {
        return this.getStringAttribute('note');
    }
    resetNote() {
        this._note = undefined;
    }
    // principal_id - computed: true, optional: false, required: false
    get principalId() {
        return this.getStringAttribute('principal_id');
    }
}
function boxLidToHclTerraform(struct) {
    const attrs = {
        colour: {
            value: cdktf.stringToHclTerraform(struct.colour),
            isBlock: false,
            type: "simple",
            storageClassType: "string",
        },
        note: {
            value: cdktf.stringToHclTerraform(struct.note),
            isBlock: false,
            type: "simple",
            storageClassType: "string",
        },
    };
}
class BoxMemberOutputReference extends cdktf.ComplexObject {
    // host - computed: true, optional: false, required: false
    get host() {
        return this.getStringAttribute('host');
    }
    // port - computed: true, optional: false, required: false
    get port() {
        return this.getNumberAttribute('port');
    }
}
class BoxMemberList extends cdktf.ComplexList {
    get(index) {
        return new BoxMemberOutputReference(this.terraformResource, this.terraformAttribute, index, false);
    }
}
class BoxRuleOutputReference extends cdktf.ComplexObject {
    get ports() {
        return cdktf.Token.asNumberList(cdktf.Fn.tolist(this.getNumberListAttribute('ports')));
    }
}
function boxRuleToHclTerraform(struct) {
    const attrs = {
        ports: {
            value: cdktf.listMapperHcl(cdktf.numberToHclTerraform, false)(struct.ports),
            isBlock: false,
            type: "set",
            storageClassType: "numberList",
        },
    };
}
class BoxRuleList extends cdktf.ComplexList {
    get(index) {
        return new BoxRuleOutputReference(this.terraformResource, this.terraformAttribute, index, false);
    }
}
/**
* Represents a {@link %(docs)s/resources/box toy_box}
*/
class Box extends cdktf.TerraformResource {
    /** {@link %(docs)s/resources/box toy_box} */
    constructor(scope, id, config) {
        // marks - computed: true, optional: false, required: false
        this._marks = new cdktf.StringMap(this, "marks");
        // members - computed: true, optional: false, required: false
        this._members = new BoxMemberList(this, "members", false);
        // lid - computed: false, optional: false, required: true
        this._lid = new BoxLidOutputReference(this, "lid");
        // rule - computed: false, optional: true, required: false
        this._rule = new BoxRuleList(this, "rule", true);
        // owner - computed: true, optional: true, required: false
        this._owner = new BoxMemberList(this, "owner", true);
    }
    get id() {
        return this.getStringAttribute('id');
    }
    resetId() {
        this._id = undefined;
    }
    get name() {
        return this.getStringAttribute('name');
    }
    get countAttribute() {
        return this.getNumberAttribute('size');
    }
    resetSize() {
        this._countAttribute = undefined;
    }
    get zones() {
        return cdktf.Fn.tolist(this.getListAttribute('zones'));
    }
    resetZones() {
        this._zones = undefined;
    }
    // seen - computed: true, optional: false, required: false
    get seen() {
        return this.getBooleanAttribute('seen');
    }
    resetRule() {
        this._rule.internalValue = undefined;
    }
    resetOwner() {
        this._owner.internalValue = undefined;
    }
    synthesizeHclAttributes() {
        const attrs = {
%(table)s
        };
    }
}
"""

PROVIDER = """
function toyProviderFeaturesToHclTerraform(struct) {
    const attrs = {
        purge: {
            value: cdktf.booleanToHclTerraform(struct.purge),
            isBlock: false,
            type: "simple",
            storageClassType: "boolean",
        },
    };
}
class ToyProvider extends cdktf.TerraformProvider {
    /** {@link %(docs)s toy} */
    resetRegion() {
        this._region = undefined;
    }
    synthesizeHclAttributes() {
        const attrs = {
%(table)s
        };
    }
}
"""


def row(name: str, nesting: str, storage: str, *, block: bool = False) -> str:
    """What a class writes into HCL, as cdktf's generator puts it."""
    return (
        f"            {name}: {{\n                value: cdktf.x(this._{name}),\n"
        f'                isBlock: {str(block).lower()},\n                type: "{nesting}",\n'
        f'                storageClassType: "{storage}",\n            }},'
    )


def with_fields(text: str) -> str:
    """`text` as cdktf's successor writes it: members of a class are fields instead of a constructor's."""
    return re.sub(r"^ +this\.(_\w+ = new )", r"    \1", text.replace("cdktf.", "cdktn."), flags=re.M)


@pytest.fixture(scope="module", params=[str, with_fields], ids=["cdktf", "cdktn"])
def schema(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Schema:
    """The schema of a wheel with one provider and one resource."""
    settable = [
        row("id", "simple", "string"),
        row("name", "simple", "string"),
        row("size", "simple", "number"),
        row("zones", "set", "stringList"),
        row("lid", "list", "BoxLidList", block=True),
        row("rule", "set", "BoxRuleList", block=True),
        row("owner", "set", "BoxMemberList", block=True),
    ]
    configured = [
        row("alias", "simple", "string"),
        row("region", "simple", "string"),
        row("features", "list", "ToyProviderFeaturesList", block=True),
    ]
    files = {
        "box/index.js": BOX % {"docs": DOCS, "table": "\n".join(settable)},
        "provider/index.js": PROVIDER % {"docs": DOCS, "table": "\n".join(configured)},
    }
    wheel = tmp_path_factory.mktemp("wheel") / "cdktf_toy-1-py3-none-any.whl"
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as package:
        for name, written in files.items():
            text = request.param(written)
            member = tarfile.TarInfo(f"package/lib/{name}")
            member.size = len(text.encode())
            package.addfile(member, io.BytesIO(text.encode()))
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("toy/_jsii/toy@1.jsii.tgz", inner.getvalue())
    return read_wheel(wheel)


def test_the_provider_names_itself_and_its_version(schema: Schema) -> None:
    assert (schema["name"], schema["version"]) == ("example/toy", "1.2.3")


def test_arguments_are_told_from_what_only_the_provider_sets(schema: Schema) -> None:
    assert schema["resource_schemas"]["toy_box"]["block"]["attributes"] == {
        "id": {"type": "string", "computed": True},
        "marks": {"type": ["map", "string"], "computed": True},
        "members": {"type": ["list", ["object", {"host": "string", "port": "number"}]], "computed": True},
        "name": {"type": "string", "required": True},
        "owner": {
            "type": ["set", ["object", {"host": "string", "port": "number"}]],
            "optional": True,
            "computed": True,
        },
        "seen": {"type": "bool", "computed": True},
        "size": {"type": "number", "optional": True},
        "zones": {"type": ["set", "string"], "optional": True},
    }


def test_blocks_have_their_nesting_and_how_many_there_may_be(schema: Schema) -> None:
    assert schema["resource_schemas"]["toy_box"]["block"]["block_types"] == {
        "lid": {
            "nesting_mode": "list",
            "block": {
                "attributes": {
                    "colour": {"type": "string", "required": True},
                    "note": {"type": "string", "optional": True},
                    "principal_id": {"type": "string", "computed": True},
                }
            },
            "min_items": 1,
            "max_items": 1,
        },
        "rule": {
            "nesting_mode": "set",
            "block": {"attributes": {"ports": {"type": ["set", "number"], "required": True}}},
        },
    }


def test_the_providers_own_configuration_is_there_without_terraforms_words(schema: Schema) -> None:
    assert schema["provider"]["block"] == {
        "attributes": {"region": {"type": "string", "optional": True}},
        "block_types": {
            "features": {
                "nesting_mode": "list",
                "block": {"attributes": {"purge": {"type": "bool", "optional": True}}},
                "min_items": 1,
            }
        },
    }


def test_only_the_wanted_types_are_kept(schema: Schema) -> None:
    assert set(provider_schemas.keep(schema, {("resource", "toy_box")})["resource_schemas"]) == {"toy_box"}
    assert provider_schemas.keep(schema, {("data", "toy_box")})["resource_schemas"] == {}
    assert provider_schemas.unknown_types(schema, {("data", "toy_box")}) == ["data toy_box"]


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("primary_access_key", {"sensitive": True}),
        ("password_wo", {"sensitive": True, "write_only": True}),
        ("value_wo", {"write_only": True}),
        ("value_wo_version", {}),
        ("secret_id", {}),
        ("key_vault_key_id", {}),
    ],
)
def test_secrets_are_marked_by_name(name: str, marked: dict[str, Any]) -> None:
    attribute: dict[str, Any] = {"type": "string", "optional": True}
    schema: Schema = {"name": "a/b", "version": "1", "provider": {}, "data_source_schemas": {}}
    schema["resource_schemas"] = {"b_c": {"block": {"attributes": {name: attribute}}}}
    kept = provider_schemas.keep(schema, {("resource", "b_c")})
    found = kept["resource_schemas"]["b_c"]["block"]["attributes"][name]
    assert found == {"type": "string", "optional": True} | marked


def committed() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(provider_schemas.FOLDER.glob("*.json"))]


def test_the_committed_schemas_are_of_exactly_the_types_that_the_templates_use() -> None:
    kinds = {"resource_schemas": "resource", "data_source_schemas": "data"}
    kinds["ephemeral_resource_schemas"] = "ephemeral"
    held = {
        (kind, name) for schema in committed() for key, kind in kinds.items() for name in schema.get(key, {})
    }
    assert held == provider_schemas.used_types(*provider_schemas.TEMPLATES), "run make provider-schemas"


def test_each_committed_schema_says_where_it_is_from() -> None:
    wheels = {f"{wheel.package} {wheel.version}" for wheel in provider_schemas.WHEELS}
    assert {schema["source"] for schema in committed()} <= wheels


@pytest.mark.parametrize("template", provider_schemas.TEMPLATES, ids=lambda path: path.name)
def test_the_templates_lock_the_versions_that_are_checked(template: Path) -> None:
    locked = (template / ".terraform.lock.hcl").read_text()
    used = {name.partition("_")[0] for _, name in provider_schemas.used_types(template)}
    for schema in committed():
        if schema["name"].rpartition("/")[2] in used:
            entry = (
                f'provider "registry.terraform.io/{schema["name"]}" {{\n  version     = "{schema["version"]}"'
            )
            assert entry in locked


def test_a_schema_file_reads_line_by_line_and_holds_the_same() -> None:
    (schema, *_) = committed()
    assert json.loads(provider_schemas.as_text(schema)) == schema
