"""Values as terraform sends them (MessagePack), walked along a schema.

A value that is not known yet is an extension type; every attribute and block of the schema is present in an
object, with ``None`` or an empty collection for what is not set.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import msgpack
from tf.gen import tfplugin_pb2 as pb

from .schemas import Block, attributes, may_be_completed, nested, read_only

UNKNOWN = msgpack.ExtType(0, b"\0")

Value = dict[str, Any]
Path = tuple[str | int, ...]

Fill = Callable[[str, Mapping[str, Any], Value], Any]
"""Gives the value of an attribute: its name, its schema, the object that it is in."""


def unpack(value: Any) -> Any:
    """What a message holds; ``None`` for no object."""
    return msgpack.unpackb(value.msgpack, strict_map_key=False) if value.msgpack else None


def pack(value: Any) -> Any:
    """The message that holds `value`."""
    return pb.DynamicValue(msgpack=msgpack.packb(value))


def unknown(value: Any) -> bool:
    """Whether it is only known after apply."""
    return isinstance(value, msgpack.ExtType)


def configured_read_only(block: Block, value: Value, at: Path = ()) -> Iterator[Path]:
    """Where a configuration sets what only the provider may set."""
    for name, item in attributes(block).items():
        if read_only(item) and value.get(name) is not None:
            yield (*at, name)
    for name, item in nested(block).items():
        for key, element in elements(value.get(name)):
            yield from configured_read_only(item["block"], element, (*at, name, *key))


def complete(block: Block, value: Value, fill: Fill, *, top: bool = True) -> Value:
    """A copy in which `fill` has seen everything that the configuration leaves to the provider.

    That is every read-only attribute that has no value, and at the top every one that may be completed.
    """
    done: Value = {}
    for name, item in attributes(block).items():
        current = value.get(name)
        open_to_provider = read_only(item) or (top and may_be_completed(item))
        done[name] = fill(name, item, value) if current is None and open_to_provider else current
    for name, item in nested(block).items():
        inside = partial(complete, item["block"], fill=fill, top=False)
        done[name] = map_elements(value.get(name), inside)
    return done


def resolve(block: Block, value: Value, fill: Fill) -> Value:
    """A copy in which `fill` has replaced every unknown attribute, and unknown blocks are one block."""
    done: Value = {}
    for name, item in attributes(block).items():
        current = value.get(name)
        done[name] = fill(name, item, value) if unknown(current) else current
    for name, item in nested(block).items():
        current = value.get(name)
        if unknown(current):
            current = [complete(item["block"], empty(item["block"]), fill, top=False)]
        done[name] = map_elements(current, partial(resolve, item["block"], fill=fill))
    return done


def without_write_only(block: Block, value: Value) -> Value:
    """A copy without what no plan and no state may hold."""
    done: Value = {
        name: None if item.get("write_only") else value.get(name) for name, item in attributes(block).items()
    }
    for name, item in nested(block).items():
        done[name] = map_elements(value.get(name), partial(without_write_only, item["block"]))
    return done


def conform(block: Block, value: Mapping[str, Any]) -> Value:
    """What of a stored object the schema still knows, with everything else that it wants."""
    done: Value = {name: value.get(name) for name in attributes(block)}
    for name, item in nested(block).items():
        current = value.get(name, None if item["nesting_mode"] == "single" else [])
        done[name] = map_elements(current, partial(conform, item["block"]))
    return done


def empty(block: Block) -> Value:
    """An object in which nothing is set."""
    return conform(block, {})


def elements(value: Any) -> Iterator[tuple[Path, Value]]:
    """The objects in a nested block's value, each with its index or key; none for what is unknown."""
    if isinstance(value, list):
        yield from (((index,), item) for index, item in enumerate(value) if isinstance(item, dict))
    elif isinstance(value, dict):
        yield (), value


def map_elements(value: Any, change: Callable[[Value], Value]) -> Any:
    """A nested block's value with `change` applied to each object."""
    if isinstance(value, list):
        return [change(item) if isinstance(item, dict) else item for item in value]
    return change(value) if isinstance(value, dict) else value
