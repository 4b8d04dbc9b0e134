"""The offline check of a template finds what is wrong with it: faults seeded into a copy of a module of ours.

Each fault is one change to a resource that is accepted as it stands. They are found before anything is
planned, without values and without a cloud.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.offline_terraform import OfflineTemplate, OfflineTemplates, Refused

TEMPLATES = Path(__file__).parents[3] / "templates"

BUCKET = """
resource "google_storage_bucket" "seeded" {
  name     = var.name
  location = "EU"

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 1
    }
  }
}
"""

ENDPOINT = """
resource "azurerm_private_endpoint" "seeded" {
  name                = var.name
  location            = "westeurope"
  resource_group_name = "shop"
  subnet_id           = "/subscriptions/1/subnets/1"

  private_service_connection {
    name                           = "shop"
    is_manual_connection           = false
    private_connection_resource_id = "/subscriptions/1/databases/1"
  }
}
"""


@dataclass(frozen=True)
class Fault:
    """One change to a sound resource, and what terraform then says."""

    what: str
    sound: str
    faulty: str
    said: str

    def __str__(self) -> str:
        return self.what.replace(" ", "_")


BUCKET_FAULTS = (
    Fault("a wrong attribute", "location", "lokation", 'An argument named "lokation" is not expected here'),
    Fault("a wrong block", "lifecycle_rule {", "life_rule {", 'Blocks of type "life_rule" are not expected'),
    Fault("a read-only attribute", "name ", 'self_link = "x"\n  name ', 'configure a value for "self_link"'),
    Fault(
        "a read-only attribute of a block",
        "  lifecycle_rule {",
        '  soft_delete_policy {\n    effective_time = "now"\n  }\n  lifecycle_rule {',
        'configure a value for "effective_time"',
    ),
    Fault("an id", "name ", 'id = "mine"\n  name ', 'configure a value for "id"'),
    Fault("an undeclared variable", "var.name", "var.nobody", "Reference to undeclared input variable"),
    Fault("a missing block", "    condition {\n      age = 1\n    }\n", "", 'At least 1 "condition" blocks'),
    Fault("a block too many", "    condition {", "    condition {}\n    condition {", "No more than 1"),
    Fault(
        "a generated block too many",
        "    condition {\n      age = 1\n    }\n",
        '    dynamic "condition" {\n      for_each = [1, 2]\n      content {}\n    }\n',
        "No more than 1",
    ),
    Fault("a missing argument", '  location = "EU"\n', "", 'The argument "location" is required'),
    Fault("a wrong type", "name ", 'labels = ["x"]\n  name ', "map of string required"),
    Fault("an unknown type", "google_storage_bucket", "google_bucket", "does not support resource type"),
)

ENDPOINT_FAULTS = (
    Fault("a wrong attribute", "location", "region", 'An argument named "region" is not expected here'),
    Fault(
        "a read-only attribute", "name  ", "private_dns_zone_configs = []\n  name  ", "configure a value for"
    ),
    Fault(
        "a read-only attribute of a block",
        "    is_manual",
        '    private_ip_address = "10.0.0.4"\n    is_manual',
        'configure a value for "private_ip_address"',
    ),
    Fault("an undeclared variable", "var.name", "var.nobody", "Reference to undeclared input variable"),
    Fault(
        "a missing block",
        ENDPOINT[ENDPOINT.index("  private_service_connection {") : ENDPOINT.rindex("}")],
        "",
        'At least 1 "private_service_connection" blocks',
    ),
    Fault(
        "a missing argument", '  location            = "westeurope"\n', "", 'argument "location" is required'
    ),
    Fault("a wrong type", "= false", '= "maybe"', "a bool is required"),
)


class Seeded:
    """A copy of a module with one more file."""

    def __init__(self, template: OfflineTemplate) -> None:
        self._template = template

    def with_resource(self, text: str) -> None:
        """Check the module with `text` in it; :class:`Refused` when it isn't valid."""
        file = self._template.folder / "seeded.tf"
        file.write_text(text)
        try:
            self._template.validate()
        finally:
            file.unlink()


@pytest.fixture(scope="module")
def copies(
    tmp_path_factory: pytest.TempPathFactory, offline_templates: OfflineTemplates
) -> Iterator[dict[str, Seeded]]:
    """A module of each template, by cloud."""
    folder = tmp_path_factory.mktemp("seeded")
    copied = {}
    for cloud, module in (("gcp", "storage_bucket"), ("azure", "private_endpoint")):
        shutil.copytree(TEMPLATES / cloud / "modules" / module, folder / cloud)
        copied[cloud] = Seeded(offline_templates(folder / cloud))
    yield copied


@pytest.mark.parametrize(("cloud", "resource"), [("gcp", BUCKET), ("azure", ENDPOINT)], ids=["gcp", "azure"])
def test_the_resource_is_accepted_as_it_stands(copies: dict[str, Seeded], cloud: str, resource: str) -> None:
    copies[cloud].with_resource(resource)


@pytest.mark.parametrize("fault", BUCKET_FAULTS, ids=str)
def test_a_fault_in_a_bucket_is_found(copies: dict[str, Seeded], fault: Fault) -> None:
    refused(copies["gcp"], BUCKET, fault)


@pytest.mark.parametrize("fault", ENDPOINT_FAULTS, ids=str)
def test_a_fault_in_an_endpoint_is_found(copies: dict[str, Seeded], fault: Fault) -> None:
    refused(copies["azure"], ENDPOINT, fault)


def refused(module: Seeded, resource: str, fault: Fault) -> None:
    faulty = resource.replace(fault.sound, fault.faulty, 1)
    assert faulty != resource
    with pytest.raises(Refused) as refusal:
        module.with_resource(faulty)
    assert fault.said in refusal.value, str(refusal.value)
    assert {item.file for item in refusal.value.diagnostics} == {"seeded.tf"}
