"""The committed schemas, and how they read in terraform's plugin protocol.

The files have the shape of ``terraform providers schema -json``; ``scripts/provider_schemas.py`` writes them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tf.gen import tfplugin_pb2 as pb

from .later_protocol import mark_write_only

FOLDER = Path(__file__).parent / "schemas"

Block = Mapping[str, Any]
"""``attributes`` and ``block_types``, each by name."""

_NESTING = {
    "single": pb.Schema.NestedBlock.SINGLE,
    "list": pb.Schema.NestedBlock.LIST,
    "set": pb.Schema.NestedBlock.SET,
    "map": pb.Schema.NestedBlock.MAP,
}


@dataclass(frozen=True)
class ProviderSchema:
    """One provider at one version."""

    name: str
    """``hashicorp/google``."""
    version: str
    config: Block
    resources: Mapping[str, Block]
    data_sources: Mapping[str, Block]
    ephemeral: Mapping[str, Block]

    @property
    def address(self) -> str:
        """What terraform calls it."""
        return f"registry.terraform.io/{self.name}"

    @property
    def has_cloud(self) -> bool:
        """Whether the real provider asks a cloud; those that compute locally need no configuration."""
        return bool(self.config.get("attributes"))


def load(folder: Path = FOLDER) -> list[ProviderSchema]:
    """Every schema in `folder`."""
    return [read(path) for path in sorted(folder.glob("*.json"))]


def read(path: Path) -> ProviderSchema:
    """One schema file."""
    content = json.loads(path.read_text())
    return ProviderSchema(
        name=content["name"],
        version=content["version"],
        config=content["provider"].get("block", {}),
        resources={name: item["block"] for name, item in content["resource_schemas"].items()},
        data_sources={name: item["block"] for name, item in content["data_source_schemas"].items()},
        ephemeral={
            name: item["block"] for name, item in content.get("ephemeral_resource_schemas", {}).items()
        },
    )


def attributes(block: Block) -> Mapping[str, Any]:
    """A block's attributes by name."""
    found: Mapping[str, Any] = block.get("attributes", {})
    return found


def nested(block: Block) -> Mapping[str, Any]:
    """A block's nested blocks by name."""
    found: Mapping[str, Any] = block.get("block_types", {})
    return found


def read_only(attribute: Mapping[str, Any]) -> bool:
    """Whether only the provider sets it."""
    return not attribute.get("required") and not attribute.get("optional")


def may_be_completed(attribute: Mapping[str, Any]) -> bool:
    """Whether the provider may give a value to an optional attribute of a resource that has none.

    The wheels don't tell. Of the AWS provider's, whose schema is known, this holds for more than a third of
    the texts, numbers and sets, and for a sixth of the flags, lists and maps.
    """
    if not attribute.get("optional") or attribute.get("write_only"):
        return False
    kind = attribute["type"]
    return bool(attribute.get("computed")) or kind in ("string", "number") or kind[0] == "set"


def as_message(block: Block, *, computed: bool) -> Any:
    """The protocol's form of a schema.

    Parameters
    ----------
    computed : bool
        Whether what is optional at the top may be completed (:func:`may_be_completed`). What is optional in a
        nested block is left as it is configured.
    """
    return pb.Schema(version=0, block=_block_message(block, computed=computed))


def _block_message(block: Block, *, computed: bool) -> Any:
    return pb.Schema.Block(
        attributes=[
            _attribute_message(name, item, computed=computed) for name, item in attributes(block).items()
        ],
        block_types=[
            pb.Schema.NestedBlock(
                type_name=name,
                nesting=_NESTING[item["nesting_mode"]],
                min_items=item.get("min_items", 0),
                max_items=item.get("max_items", 0),
                block=_block_message(item["block"], computed=False),
            )
            for name, item in nested(block).items()
        ],
    )


def _attribute_message(name: str, item: Mapping[str, Any], *, computed: bool) -> Any:
    completed = computed and may_be_completed(item)
    message = pb.Schema.Attribute(
        name=name,
        type=json.dumps(item["type"]).encode(),
        required=bool(item.get("required")),
        optional=bool(item.get("optional")),
        computed=bool(item.get("computed") or completed),
        sensitive=bool(item.get("sensitive")),
    )
    if item.get("write_only"):
        mark_write_only(message)
    return message
