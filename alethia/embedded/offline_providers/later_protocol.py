"""What the protocol got after the stubs were made (6.7, 6.8): write-only attributes, ephemeral resources.

Fields that generated code doesn't know are appended in their wire form; calls that it doesn't know are
registered beside it. Field numbers are those of terraform 1.11's ``tfplugin6.proto``.
"""

from collections.abc import Callable, Mapping
from typing import Any

import grpc
from tf.gen import tfplugin_pb2 as pb

_WRITE_ONLY = b"\x58\x01"
"""``Schema.Attribute.write_only`` (field 11): true."""

_EPHEMERAL_SCHEMAS = 8
"""``GetProviderSchema.Response.ephemeral_resource_schemas``, a map: entries of key (1) and value (2)."""

_RESULT = 3
"""``OpenEphemeralResource.Response.result``."""


def mark_write_only(attribute: Any) -> None:
    """Say of a schema's attribute that its value is taken and never kept."""
    attribute.MergeFromString(_WRITE_ONLY)


def add_ephemeral_schemas(described: Any, schemas: Mapping[str, Any]) -> None:
    """Add the schemas of ephemeral resources to the answer to ``GetProviderSchema``."""
    for name, schema in schemas.items():
        entry = _field(1, name.encode()) + _field(2, schema.SerializeToString())
        described.MergeFromString(_field(_EPHEMERAL_SCHEMAS, entry))


def ephemeral_calls(open_resource: Callable[[str, Any], Any]) -> grpc.GenericRpcHandler:
    """The calls of ephemeral resources; `open_resource` gets a type's name and its configuration."""

    def opened(request: Any, _context: Any) -> bytes:
        return _field(_RESULT, open_resource(request.type_name, request.config).SerializeToString())

    def agreed(_request: Any, _context: Any) -> bytes:
        return b""

    # These requests begin as a data source's does: the type's name, then its configuration.
    read = pb.ReadDataSource.Request.FromString
    return grpc.method_handlers_generic_handler(
        "tfplugin6.Provider",
        {
            "ValidateEphemeralResourceConfig": grpc.unary_unary_rpc_method_handler(agreed),
            "OpenEphemeralResource": grpc.unary_unary_rpc_method_handler(opened, request_deserializer=read),
            "RenewEphemeralResource": grpc.unary_unary_rpc_method_handler(agreed),
            "CloseEphemeralResource": grpc.unary_unary_rpc_method_handler(agreed),
        },
    )


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])
