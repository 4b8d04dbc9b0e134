"""The versions that the catalogue offers are ones that AWS's own CDK still lists.

The CDK release is pinned, so this fails when an upgrade of it deprecates a version: then drop it from the
catalogue as well. The CDK's source is read, not imported, as importing it starts Node.
"""

import ast
import importlib.util
from pathlib import Path

import pytest

from chalicelib.providers.aws.catalogue import AURORA_MYSQL, AURORA_POSTGRESQL, KUBERNETES_VERSIONS


def listed_by_cdk(module: str, class_name: str) -> set[str]:
    """Members such as ``VER_16_6`` or ``V1_33`` as ``16_6``, ``1_33``; deprecated ones left out."""
    spec = importlib.util.find_spec("aws_cdk")
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse((Path(spec.origin).parent / module / "__init__.py").read_text())
    found = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == class_name)
    return {
        member.name.removeprefix("VER_").removeprefix("V")
        for member in found.body
        if isinstance(member, ast.FunctionDef)
        and member.name.startswith("V")
        and "deprecated" not in (ast.get_docstring(member) or "")
    }


@pytest.mark.parametrize(
    ("module", "class_name", "offered"),
    [
        ("aws_eks", "KubernetesVersion", KUBERNETES_VERSIONS),
        ("aws_rds", "AuroraPostgresEngineVersion", AURORA_POSTGRESQL.versions),
        (
            "aws_rds",
            "AuroraMysqlEngineVersion",
            [version.removeprefix("8.0.mysql_aurora.") for version in AURORA_MYSQL.versions],
        ),
    ],
)
def test_every_offered_version_is_still_listed(module: str, class_name: str, offered: list[str]) -> None:
    listed = listed_by_cdk(module, class_name)
    assert [version for version in offered if version.replace(".", "_") not in listed] == []
