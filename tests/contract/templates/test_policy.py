"""A production-stage spec with two of everything has no severe security finding without a written reason.

On GCP and Azure what is judged are the resources of a plan once it is applied with stand-ins, so that every
id is known; on AWS it is the template with the spec's values (why: ``tests/support/policy.py``).
"""

import copy
import dataclasses
import functools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from tests.contract.templates.accepted_findings import ACCEPTED
from tests.support import aws_specs, azure_specs, gcp_specs
from tests.support.offline_terraform import OfflineTemplates, Resource
from tests.support.policy import Finding, findings_in_template, findings_in_values, severe

TEMPLATES = Path(__file__).parents[3] / "templates"
CLOUDS = (CloudProvider.AWS, CloudProvider.GCP, CloudProvider.AZURE)

AWS_BODY = aws_specs.a_form_for_aws(environment_stage="production")

Applied = Callable[[CloudProvider], list[Resource]]


def _with_public_address(database: dict[str, Any]) -> None:
    database["settings"][0]["ip_configuration"][0]["ipv4_enabled"] = True


def _with_old_tls(account: dict[str, Any]) -> None:
    account["min_tls_version"] = "TLS1_0"


@pytest.fixture(scope="module")
def applied(offline_templates: OfflineTemplates) -> Applied:
    """The resources of a cloud's spec, applied once with stand-ins."""

    @functools.cache
    def resources(cloud: CloudProvider) -> list[Resource]:
        return [*offline_templates(TEMPLATES / cloud.value).apply(_values(cloud)).resources.values()]

    return resources


@pytest.fixture(scope="module", params=CLOUDS)
def judged(
    request: pytest.FixtureRequest,
    applied: Applied,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[CloudProvider, list[Finding]]:
    """A cloud, and what is severe in its template."""
    cloud: CloudProvider = request.param
    work = tmp_path_factory.mktemp("policy")
    if cloud is CloudProvider.AWS:
        found = findings_in_template(TEMPLATES / "aws", _values(cloud), _aws_modules(), work)
    else:
        found = findings_in_values(applied(cloud), work)
    return cloud, severe(found)


def test_no_severe_finding_is_without_a_reason(judged: tuple[CloudProvider, list[Finding]]) -> None:
    cloud, found = judged
    accepted = [row for row in ACCEPTED if row.cloud is cloud]
    unexplained = [item for item in found if not any(row.covers(item) for row in accepted)]
    assert unexplained == [], "\n".join(map(str, unexplained))


def test_no_reason_is_left_over(judged: tuple[CloudProvider, list[Finding]]) -> None:
    cloud, found = judged
    idle = [
        f"{row.rule} {row.where}"
        for row in ACCEPTED
        if row.cloud is cloud and not any(row.covers(item) for item in found)
    ]
    assert idle == []


def test_an_open_line_in_the_aws_template_is_found_in_each_component(tmp_path: Path) -> None:
    template = tmp_path / "template"
    shutil.copytree(TEMPLATES / "aws", template, ignore=shutil.ignore_patterns(".terraform"))
    file = template / "modules" / "database" / "main.tf"
    text, closed = file.read_text(), "storage_encrypted = true"
    assert closed in text
    file.write_text(text.replace(closed, "storage_encrypted = false"))
    found = findings_in_template(template, _values(CloudProvider.AWS), _aws_modules(), tmp_path)
    assert {
        'AWS-0079 module.database["orders"]',
        'AWS-0079 module.database["legacy"]',
    } <= _by_component(found)


@pytest.mark.parametrize(
    ("cloud", "resource_type", "rule", "change"),
    [
        (CloudProvider.GCP, "google_sql_database_instance", "GCP-0017", _with_public_address),
        (CloudProvider.AZURE, "azurerm_storage_account", "AZU-0011", _with_old_tls),
    ],
    ids=["gcp", "azure"],
)
def test_an_open_resource_is_found_in_each_component(
    cloud: CloudProvider,
    resource_type: str,
    rule: str,
    change: Callable[[dict[str, Any]], None],
    applied: Applied,
    tmp_path: Path,
) -> None:
    opened = []
    for item in applied(cloud):
        values = copy.deepcopy(dict(item.values))
        if item.type == resource_type:
            change(values)
        opened.append(dataclasses.replace(item, values=values))
    changed = {f"{rule} {_component(item.address)}" for item in opened if item.type == resource_type}
    assert len(changed) == 2
    assert changed <= _by_component(findings_in_values(opened, tmp_path))


def _values(cloud: CloudProvider) -> dict[str, Any]:
    """What terraform gets for the spec."""
    config, owner = {
        CloudProvider.AWS: lambda: (aws_specs.frozen(AWS_BODY), aws_specs.OWNER),
        CloudProvider.GCP: lambda: (
            gcp_specs.frozen(gcp_specs.a_form_for_gcp(environment_stage="production")),
            gcp_specs.OWNER,
        ),
        CloudProvider.AZURE: lambda: (
            azure_specs.frozen(azure_specs.a_form_for_azure(environment_stage="production")),
            azure_specs.OWNER,
        ),
    }[cloud]()
    emitted: dict[str, Any] = registry[cloud].to_tfvars(config, owner)
    return emitted


def _aws_modules() -> set[str]:
    """A module for each component of the spec, named after its kind."""
    many = {
        f'{kind.value}["{item["name"]}"]' for kind, name in COLLECTIONS.items() for item in AWS_BODY[name]
    }
    return many | {"network[0]", "cluster[0]", "dns[0]"}


def _by_component(found: list[Finding]) -> set[str]:
    """The severe ones, as rule and component."""
    return {f"{item.rule} {_component(item.address)}" for item in severe(found)}


def _component(address: str) -> str:
    return address.partition("]")[0] + "]"
