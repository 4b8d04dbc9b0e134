"""One stand-in provider, speaking terraform's plugin protocol, version 6.

It plans what the configuration says with everything else "known after apply", applies by writing stand-in
values, and keeps nothing: the state is all there is. So a second plan has no changes, and any number of
terraform processes may be attached at once.
"""

import json
from typing import Any

from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc

from .later_protocol import add_ephemeral_schemas
from .schemas import Block, ProviderSchema, as_message, nested
from .stand_ins import stand_ins
from .values import (
    UNKNOWN,
    Path,
    Value,
    complete,
    configured_read_only,
    conform,
    pack,
    resolve,
    unpack,
    without_write_only,
)

SUMMARY = "Schema-checked offline, not provider-tested"


def _leave_unknown(_name: str, _attribute: Any, _owner: Value) -> Any:
    return UNKNOWN


class OfflineProvider(rpc.ProviderServicer):  # type: ignore[misc]  # the generated stubs are untyped
    """The protocol's calls for one provider; the names are the protocol's."""

    def __init__(self, schema: ProviderSchema) -> None:
        self._schema = schema
        self._described = pb.GetProviderSchema.Response(
            provider=as_message(schema.config, computed=False),
            resource_schemas={
                name: as_message(block, computed=True) for name, block in schema.resources.items()
            },
            data_source_schemas={
                name: as_message(block, computed=True) for name, block in schema.data_sources.items()
            },
            server_capabilities=pb.ServerCapabilities(get_provider_schema_optional=True),
        )
        ephemeral = {name: as_message(block, computed=False) for name, block in schema.ephemeral.items()}
        add_ephemeral_schemas(self._described, ephemeral)

    def GetMetadata(self, request: Any, context: Any) -> Any:
        """What there is, without the schemas."""
        return pb.GetMetadata.Response(
            server_capabilities=self._described.server_capabilities,
            resources=[pb.GetMetadata.ResourceMetadata(type_name=name) for name in self._schema.resources],
            data_sources=[
                pb.GetMetadata.DataSourceMetadata(type_name=name) for name in self._schema.data_sources
            ],
        )

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        """The committed schema."""
        return self._described

    def GetFunctions(self, request: Any, context: Any) -> Any:
        """None are offered."""
        return pb.GetFunctions.Response()

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        """terraform has checked it against the schema."""
        return pb.ValidateProviderConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        """Says, once for each run, what the result is worth. Credentials are not looked at."""
        diagnostics = []
        if self._schema.has_cloud:
            detail = (
                f"The schema is that of {self._schema.name} {self._schema.version}; the provider itself "
                "was not run and nothing was asked of the cloud. Values known after apply are stand-ins."
            )
            diagnostics.append(pb.Diagnostic(severity=pb.Diagnostic.WARNING, summary=SUMMARY, detail=detail))
        return pb.ConfigureProvider.Response(diagnostics=diagnostics)

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        """Refuses read-only attributes; terraform itself checked names, types and what is required."""
        found = _read_only_set(self._schema.resources[request.type_name], request.config)
        return pb.ValidateResourceConfig.Response(diagnostics=found)

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        """The same for a data source."""
        found = _read_only_set(self._schema.data_sources[request.type_name], request.config)
        return pb.ValidateDataResourceConfig.Response(diagnostics=found)

    def UpgradeResourceState(self, request: Any, context: Any) -> Any:
        """The stored object, in the form of this schema."""
        stored = json.loads(request.raw_state.json)
        current = conform(self._schema.resources[request.type_name], stored)
        return pb.UpgradeResourceState.Response(upgraded_state=pack(current))

    def ReadResource(self, request: Any, context: Any) -> Any:
        """What was applied is what is there."""
        return pb.ReadResource.Response(new_state=request.current_state)

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        """A new resource gets everything from apply that it doesn't configure; a changed one what is new."""
        block = self._schema.resources[request.type_name]
        prior, proposed = unpack(request.prior_state), unpack(request.proposed_new_state)
        if proposed is not None:
            for name in _left_to_provider(block, proposed):
                proposed[name] = UNKNOWN if prior is None else prior[name]
            proposed = without_write_only(block, proposed)
            if proposed != prior:
                proposed = complete(block, proposed, _leave_unknown if prior is None else _only_read_only)
        return pb.PlanResourceChange.Response(planned_state=pack(proposed), legacy_type_system=True)

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:
        """What was planned, with stand-ins for what was unknown."""
        planned = unpack(request.planned_state)
        if planned is not None:
            block = self._schema.resources[request.type_name]
            planned = resolve(block, planned, stand_ins(request.type_name))
        return pb.ApplyResourceChange.Response(new_state=pack(planned), legacy_type_system=True)

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        """What is asked for, with stand-ins for the answer."""
        block = self._schema.data_sources[request.type_name]
        found = complete(block, unpack(request.config), stand_ins(request.type_name))
        return pb.ReadDataSource.Response(state=pack(found))

    def open_ephemeral(self, type_name: str, config: Any) -> Any:
        """The result of an ephemeral resource; it is in no plan and no state."""
        return pack(complete(self._schema.ephemeral[type_name], unpack(config), stand_ins(type_name)))

    def ImportResourceState(self, request: Any, context: Any) -> Any:
        """There is nothing that could be imported."""
        problem = _error(
            "Nothing to import", "The offline stand-in of a provider has no cloud to import from."
        )
        return pb.ImportResourceState.Response(diagnostics=[problem])

    def StopProvider(self, request: Any, context: Any) -> Any:
        """Other terraform processes may be attached: the server stays."""
        return pb.StopProvider.Response()


def _only_read_only(name: str, attribute: Any, _owner: Value) -> Any:
    return None if attribute.get("optional") else UNKNOWN


def _left_to_provider(block: Block, value: Value) -> list[str]:
    """Blocks that the provider makes when the configuration has none."""
    return [name for name, item in nested(block).items() if item.get("computed") and not value.get(name)]


def _read_only_set(block: Block, config: Any) -> list[Any]:
    value = unpack(config)
    return [
        _error(
            "Value for unconfigurable attribute",
            f'Can\'t configure a value for "{at[-1]}": its value will be decided automatically based on the '
            "result of applying this configuration.",
            at,
        )
        for at in configured_read_only(block, value or {})
    ]


def _error(summary: str, detail: str, at: Path = ()) -> Any:
    steps = [
        pb.AttributePath.Step(element_key_int=step)
        if isinstance(step, int)
        else pb.AttributePath.Step(attribute_name=step)
        for step in at
    ]
    return pb.Diagnostic(
        severity=pb.Diagnostic.ERROR,
        summary=summary,
        detail=detail,
        attribute=pb.AttributePath(steps=steps),
    )
