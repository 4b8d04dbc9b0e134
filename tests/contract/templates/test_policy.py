"""A production-stage spec with two of everything has no severe security finding without a written reason.

On GCP and Azure what is judged are the resources of a plan once it is applied with stand-ins, so that every
id is known; on AWS it is the template with the spec's values (why: ``tests/support/policy.py``).
"""

import platform
import shutil
import sys
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

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="trivy is packaged for Linux on x86_64 only",
)

AWS_BODY = aws_specs.a_form_for_aws(environment_stage="production")


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_severe_findings_are_those_that_have_a_reason(
    cloud: CloudProvider, offline_templates: OfflineTemplates, tmp_path: Path
) -> None:
    template, values = TEMPLATES / cloud.value, _values(cloud)
    if cloud is CloudProvider.AWS:
        found = findings_in_template(template, values, _aws_modules(), tmp_path)
    else:
        found = findings_in_values(offline_templates(template).apply(values).resources.values(), tmp_path)
    accepted = [row for row in ACCEPTED if row.cloud is cloud]
    unexplained = [item for item in severe(found) if not any(row.covers(item) for row in accepted)]
    assert unexplained == [], "\n".join(map(str, unexplained))
    idle = [f"{row.rule} {row.where}" for row in accepted if not any(map(row.covers, severe(found)))]
    assert idle == [], "these need no reason any more"


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


def test_what_is_open_in_a_plans_values_is_found_and_what_is_closed_is_not(tmp_path: Path) -> None:
    resources = [
        resource
        for name, opened in (("open", True), ("closed", False))
        for resource in (_database_on_gcp(name, public=opened), _account_on_azure(name, old_tls=opened))
    ]
    assert _by_component(findings_in_values(resources, tmp_path)) == {
        'GCP-0017 module.database["open"]',
        'AZU-0011 module.storage_bucket["open"]',
        'AZU-0059 module.storage_bucket["open"]',
    }


def _database_on_gcp(name: str, *, public: bool) -> Resource:
    network = {"ipv4_enabled": public, "private_network": "shop", "ssl_mode": "ENCRYPTED_ONLY"}
    return Resource(
        address=f'module.database["{name}"].google_sql_database_instance.this',
        type="google_sql_database_instance",
        name="this",
        values={
            "database_version": "POSTGRES_17",
            "settings": [{"tier": "db-f1-micro", "ip_configuration": [network], "user_labels": None}],
        },
    )


def _account_on_azure(name: str, *, old_tls: bool) -> Resource:
    return Resource(
        address=f'module.storage_bucket["{name}"].azurerm_storage_account.this',
        type="azurerm_storage_account",
        name="this",
        values={
            "name": name,
            "min_tls_version": "TLS1_0" if old_tls else "TLS1_2",
            "network_rules": [{"default_action": "Deny", "bypass": ["AzureServices"]}],
            "tags": {"note": "100 %{of} ${it}"},
        },
    )


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
