"""Rows of what is observed of a spec's components."""

from collections.abc import Sequence
from typing import Any

from pynamodb.expressions.condition import Condition

from ...services.ports.facts import ComponentRecord
from .connection import ConditionFailed, absent, dynamodb_errors
from .rows import record
from .tables import FactRow, spec_pk

FACT = "FACT#"


class DynamoFacts:
    """:class:`~chalicelib.services.ports.facts.FactStore` on the specs table."""

    def of_spec(self, spec_id: str) -> Sequence[ComponentRecord]:
        """One Query over the spec's ``FACT#`` rows."""
        with dynamodb_errors():
            rows = FactRow.query(spec_pk(spec_id), FactRow.sk.startswith(FACT), consistent_read=True)
            return [record(ComponentRecord, row) for row in rows]

    def put(self, spec_id: str, components: Sequence[ComponentRecord]) -> None:
        """One conditional put for each."""
        for component in components:
            try:
                with dynamodb_errors():
                    fact_row(spec_id, component).save(unchanged_since(component.version))
            except ConditionFailed:
                continue  # a newer observation stands


def fact_row(spec_id: str, component: ComponentRecord) -> FactRow:
    """The row that follows version `component.version`."""
    work: dict[str, Any] = {}
    if component.work is not None:
        work["work"] = component.work.model_dump(mode="json")
    return FactRow(
        spec_pk(spec_id),
        f"{FACT}{component.kind}#{component.name}",
        kind=str(component.kind),
        name=component.name,
        status=str(component.status),
        facts=component.facts,
        version=component.version + 1,
        updated_at=component.updated_at,
        **work,
    )


def unchanged_since(version: int) -> Condition:
    """Nobody wrote the component's facts since `version` was read (0: they never were)."""
    same = FactRow.version == version
    return absent(FactRow) | same if version == 0 else same
