"""How long it takes to turn a large plan into a review, against merely parsing its JSON.

The plan is made up here: half creations with twenty attributes, the rest updates, replacements and deletions;
one attribute in ten is sensitive. Times are the best of five.
"""

import gc
import json
import time
from collections.abc import Callable
from typing import Any

from chalicelib.domain.plan_json import convert
from chalicelib.domain.review_pages import review_pages

from .table import Row

ROUNDS = 5


def made_up_plan(resources: int) -> dict[str, Any]:
    """A plan as ``terraform show -json`` writes it, planned values and prior state included."""
    changes: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for number in range(resources):
        after: dict[str, Any] = {f"attribute_{i}": f"value-{number}-{i}" for i in range(12)}
        after |= {"tags": {"zone": "zone-1", "spec": "spec-1", "n": str(number)}, "enabled": True}
        after |= {"ingress": [{"from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/16"]}]}
        before = {**after, "attribute_3": "before", "tags": {"zone": "zone-1"}, "id": f"id-{number}"}
        actions = [["create"], ["update"], ["create"], ["delete", "create"], ["create"], ["delete"]][
            number % 6
        ]
        resource_type = ("aws_subnet", "aws_db_instance", "aws_iam_role", "aws_s3_bucket")[number % 4]
        identity = {
            "address": f'module.m.{resource_type}.item["{number}"]',
            "mode": "managed",
            "type": resource_type,
            "name": "item",
            "index": str(number),
            "provider_name": "registry.terraform.io/hashicorp/aws",
        }
        change: dict[str, Any] = {
            "actions": actions,
            "before": None if actions == ["create"] else before,
            "after": None if actions == ["delete"] else after,
            "after_unknown": {"id": True, "arn": True, "tags": {}, "ingress": [{"cidr_blocks": [False]}]},
            "before_sensitive": False if actions == ["create"] else {"attribute_5": True, "tags": {}},
            "after_sensitive": False if actions == ["delete"] else {"attribute_5": True, "tags": {}},
        }
        if actions[0] == "delete":
            change["replace_paths"] = [["attribute_3"]]
        changes.append({**identity, "change": change})
        values.append({**identity, "schema_version": 0, "values": after, "sensitive_values": {}})
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"child_modules": [{"resources": values, "address": "module.m"}]}},
        "resource_changes": changes,
        "output_changes": {},
    }


def best_of(action: Callable[[], object]) -> float:
    """Seconds of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def measure(resources: int = 5000) -> list[Row]:
    text = json.dumps(made_up_plan(resources))
    plan = json.loads(text)

    def group_of(resource_type: str) -> str:
        return resource_type.split("_")[1]

    def component_of(_address: str) -> None:
        return None

    def converted() -> None:
        convert(plan, group_of=group_of, component_of=component_of)

    def paged() -> None:
        result = convert(plan, group_of=group_of, component_of=component_of)
        for page in review_pages(result.changes, result.drift):
            page.model_dump_json()

    parse = best_of(lambda: json.loads(text))
    summarise, whole = best_of(converted), best_of(paged)
    size = f"{resources} resources, {len(text) / 1e6:.1f} MB of JSON"
    detail = (
        f"{size}: json.loads {parse * 1000:.0f} ms, convert {summarise * 1000:.0f} ms, "
        f"with paging and writing {whole * 1000:.0f} ms"
    )
    return [Row("Converting and summarising a plan, against parsing it", summarise / parse, 2, "x", detail)]
