"""From terraform's words back to Alethia's: a resource's component, and the service that it is of.

Every template calls one module for each kind, so ``module.database["orders"].aws_rds_cluster.this`` says all
there is to know, on any cloud.
"""

import json
import re
from collections.abc import Mapping

from chalicelib.domain.components import SINGLETONS
from chalicelib.domain.words import ComponentKind

_MODULE = re.compile(r'module\.(?P<kind>[a-z_]+)(?:\[(?:\d+|(?P<key>"(?:[^"\\]|\\.)*"))\])?\.')

BUILT_IN = {"terraform_data": "Terraform"}
"""Resource types that belong to no cloud."""

_KINDS = {kind.value: kind for kind in ComponentKind}


def component_of(address: str) -> tuple[ComponentKind, str] | None:
    """Kind and name of the component behind `address`; ``None`` for what belongs to no component."""
    match = _MODULE.match(address)
    if match is None or match["kind"] not in _KINDS:
        return None
    kind = _KINDS[match["kind"]]
    if kind in SINGLETONS:
        return kind, kind.value
    return (kind, json.loads(match["key"])) if match["key"] else None


def group_of(resource_type: str, groups: Mapping[str, str]) -> str:
    """``AWS EKS`` for ``aws_eks_cluster``; ``Other`` for a type that no beginning in `groups` matches."""
    matches = [beginning for beginning in groups if resource_type.startswith(beginning)]
    return groups[max(matches, key=len)] if matches else BUILT_IN.get(resource_type, "Other")
