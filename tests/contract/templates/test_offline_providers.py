"""What terraform gets from the stand-ins of its providers, shown with a provider that doesn't exist.

The schemas of the real ones are data of the same form; the templates are tested with them beside this file.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alethia.embedded.offline_providers import REATTACH, serving, start
from tests.support.offline_terraform import UNKNOWN, Applied, OfflineTemplate, Refused

TEXT = {"type": "string"}

SCHEMA: dict[str, Any] = {
    "name": "example/toy",
    "version": "1.2.3",
    "provider": {"block": {"attributes": {"region": TEXT | {"optional": True}}}},
    "resource_schemas": {
        "toy_box": {
            "block": {
                "attributes": {
                    "name": TEXT | {"required": True},
                    "size": {"type": "number", "optional": True},
                    "place": TEXT | {"optional": True},
                    "locked": {"type": "bool", "optional": True},
                    "secret_wo": TEXT | {"optional": True, "write_only": True},
                    "id": TEXT | {"computed": True},
                    "fqdn": TEXT | {"computed": True},
                    "primary_key": TEXT | {"computed": True, "sensitive": True},
                    "members": {
                        "type": ["list", ["object", {"host": "string", "port": "number"}]],
                        "computed": True,
                    },
                },
                "block_types": {
                    "lid": {
                        "nesting_mode": "list",
                        "min_items": 1,
                        "max_items": 1,
                        "block": {
                            "attributes": {
                                "colour": TEXT | {"required": True},
                                "note": TEXT | {"optional": True},
                                "principal_id": TEXT | {"computed": True},
                            }
                        },
                    },
                    "auth": {
                        "nesting_mode": "list",
                        "max_items": 1,
                        "computed": True,
                        "block": {"attributes": {"cluster_ca_certificate": TEXT | {"computed": True}}},
                    },
                },
            }
        }
    },
    "data_source_schemas": {
        "toy_fact": {
            "block": {
                "attributes": {
                    "topic": TEXT | {"required": True},
                    "tenant_id": TEXT | {"computed": True},
                }
            }
        }
    },
    "ephemeral_resource_schemas": {
        "toy_password": {
            "block": {
                "attributes": {
                    "length": {"type": "number", "required": True},
                    "result": TEXT | {"computed": True, "sensitive": True},
                }
            }
        }
    },
}

TEMPLATE = """
terraform {
  required_providers {
    toy = { source = "example/toy", version = "~> 1.2" }
  }
  backend "http" {}
}
variable "boxes" {
  type = map(number)
}
provider "toy" {
  region = "here"
}
data "toy_fact" "tenant" {
  topic = "tenants"
}
ephemeral "toy_password" "it" {
  length = 24
}
resource "toy_box" "this" {
  for_each  = var.boxes
  name      = each.key
  size      = each.value
  secret_wo = ephemeral.toy_password.it.result
  lid {
    colour = "red"
  }
}
output "hosts" {
  value = { for name, box in toy_box.this : name => box.fqdn }
}
output "certificates" {
  value = [for box in toy_box.this : box.auth[0].cluster_ca_certificate]
}
output "tenant" {
  value = data.toy_fact.tenant.tenant_id
}
"""

LOCK = """# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/example/toy" {
  version     = "1.2.3"
  constraints = "~> 1.2"
}
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfflineTemplate]:
    """A small template of a made-up provider."""
    folder = tmp_path_factory.mktemp("toy")
    for name in ("schemas", "source", "work"):
        (folder / name).mkdir()
    (folder / "schemas" / "toy.json").write_text(json.dumps(SCHEMA))
    (folder / "source" / "main.tf").write_text(TEMPLATE)
    (folder / "source" / ".terraform.lock.hcl").write_text(LOCK)
    with serving(folder / "providers", schemas=folder / "schemas") as environment:
        yield OfflineTemplate(folder / "source", folder / "work", environment)


@pytest.fixture(scope="module")
def applied(toy: OfflineTemplate) -> Applied:
    return toy.apply({"boxes": {"one": 1, "two": 2}})


def test_what_is_not_configured_is_known_after_apply(toy: OfflineTemplate) -> None:
    plan = toy.plan({"boxes": {"one": 1}})
    box = plan.only("toy_box")
    assert (box.address, box.values["size"], box.unknown["fqdn"]) == ('toy_box.this["one"]', 1, True)
    assert (box.unknown["place"], box.values["locked"]) == (True, None)
    assert box.unknown["lid"] == [{"principal_id": True}]
    assert box.values["lid"] == [{"colour": "red", "note": None}]
    assert plan.changes == {box.address: ["create"]}
    assert plan.unknown_outputs() == {"hosts", "certificates"}
    assert plan.outputs["tenant"] is not UNKNOWN, "a data source is read when terraform plans"


def test_an_apply_gives_stand_ins_that_look_like_what_they_stand_for(applied: Applied) -> None:
    box = applied.resources['toy_box.this["one"]'].values
    assert box["fqdn"] == applied.outputs["hosts"]["one"] == "one.box.offline.invalid"
    assert box["members"] == [{"host": "one.box.offline.invalid", "port": 6379}]
    assert box["lid"][0]["principal_id"].count("-") == 4
    assert all(applied.outputs["certificates"])


def test_a_second_plan_has_no_changes(applied: Applied) -> None:
    again = applied.plan()
    assert again.changes == {}
    assert again.outputs == applied.outputs


def test_an_edit_changes_only_what_it_names(applied: Applied) -> None:
    edited = applied.plan({"boxes": {"one": 10, "three": 3}})
    assert edited.changes == {
        'toy_box.this["one"]': ["update"],
        'toy_box.this["two"]': ["delete"],
        'toy_box.this["three"]': ["create"],
    }
    before = applied.resources['toy_box.this["one"]'].values
    after = edited.resources['toy_box.this["one"]'].values
    assert after == before | {"size": 10}


def test_what_is_write_only_is_in_no_plan_and_no_state(toy: OfflineTemplate, applied: Applied) -> None:
    plan = toy.plan({"boxes": {"one": 1}})
    assert plan.only("toy_box").values["secret_wo"] is None
    assert applied.resources['toy_box.this["one"]'].values["secret_wo"] is None


def test_a_sensitive_value_is_marked_so_that_a_review_masks_it(toy: OfflineTemplate) -> None:
    plan = toy.plan({"boxes": {"one": 1}})
    (change,) = plan.document["resource_changes"]
    assert change["change"]["after_sensitive"]["primary_key"] is True


def test_each_run_says_once_what_its_result_is_worth(toy: OfflineTemplate, applied: Applied) -> None:
    for warnings in (toy.plan({"boxes": {}}).warnings, applied.warnings):
        (warning,) = warnings
        assert (warning.severity, warning.summary) == (
            "warning",
            "Schema-checked offline, not provider-tested",
        )
        assert "example/toy 1.2.3" in warning.detail
        assert "nothing was asked of the cloud" in warning.detail


def test_destroy_leaves_nothing(toy: OfflineTemplate) -> None:
    made = toy.apply({"boxes": {"one": 1}})
    made.destroy()
    assert json.loads(made.state.read_text())["resources"] == []


def test_the_templates_own_lock_file_stays_as_it_is(toy: OfflineTemplate) -> None:
    toy.plan({"boxes": {}})
    assert (toy.folder / ".terraform.lock.hcl").read_text() == LOCK


def test_a_value_that_the_template_does_not_declare_is_refused(toy: OfflineTemplate) -> None:
    with pytest.raises(Refused, match="undeclared variable"):
        toy.plan({"boxes": {}, "barrels": {}})


def test_the_process_ends_when_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "toy.json").write_text(json.dumps(SCHEMA))
    with serving(tmp_path / "run", schemas=tmp_path) as environment:
        (attached,) = json.loads(environment[REATTACH]).values()
        socket = Path(attached["Addr"]["String"])
        assert socket.is_socket()
        assert socket.parent.stat().st_mode & 0o077 == 0, "nobody else can reach it"
    assert not socket.exists()


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "toy.json").write_text("no schema")
    with pytest.raises(OSError, match="JSONDecodeError"):
        start(tmp_path / "run", schemas=tmp_path)
