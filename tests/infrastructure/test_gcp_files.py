"""The GCP template's files: locked providers, local modules, closed by default, no secret kept."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.gcp_specs import OWNER, a_bare_form_for_gcp, frozen
from tests.support.offline_terraform import OfflineTemplates, Refused
from tests.support.templates import GCP_TEMPLATE

FILES = sorted(GCP_TEMPLATE.rglob("*.tf"))
MODULES = sorted(path.name for path in (GCP_TEMPLATE / "modules").iterdir())

SHARED = {"project", "encryption", "private_services_access"}
"""Modules of what several components have in common; it belongs to none of them."""

OPEN_TO_ALL = r".*(?:0\.0\.0\.0/0|::/0|allUsers|allAuthenticatedUsers).*"


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on PATH")
def test_it_is_formatted() -> None:
    command = ["terraform", "fmt", "-check", "-recursive", str(GCP_TEMPLATE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_kind_of_component_has_a_module_that_is_named_after_it() -> None:
    text = "".join(file.read_text() for file in GCP_TEMPLATE.glob("*.tf"))
    called = set(re.findall(r'^module "(\w+)"', text, re.MULTILINE))
    kinds = {kind.value for kind in ComponentKind} - {ComponentKind.REPOSITORIES}
    assert called == set(MODULES) == kinds | SHARED


def test_the_backend_is_empty_so_that_no_address_enters_a_plan() -> None:
    assert 'backend "http" {}' in (GCP_TEMPLATE / "versions.tf").read_text()


def test_the_providers_are_locked_for_every_platform() -> None:
    lock = (GCP_TEMPLATE / ".terraform.lock.hcl").read_text()
    blocks = dict(re.findall(r'provider "registry\.terraform\.io/(\S+)" \{(.*?)\n\}', lock, re.DOTALL))
    assert blocks.keys() == {"hashicorp/google", "hashicorp/random"}
    assert 'version     = "6.50.0"' in blocks["hashicorp/google"]
    assert 'version     = "3.7.2"' in blocks["hashicorp/random"]
    assert all(block.count('"zh:') > 10 for block in blocks.values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(GCP_TEMPLATE)))
class TestEveryFile:
    def test_sources_modules_from_the_template_only(self, file: Path) -> None:
        sources = re.findall(r'^\s*source\s*=\s*"([^"]+)"', file.read_text(), re.MULTILINE)
        known = ("hashicorp/google", "hashicorp/random")
        assert all(source.startswith("./modules/") or source in known for source in sources)

    def test_lets_nobody_in_from_everywhere(self, file: Path) -> None:
        """But the rule that refuses everybody, and the readers of a bucket that is to be public."""
        found = re.findall(OPEN_TO_ALL, file.read_text())
        meant = {"modules/network/main.tf": 1, "modules/storage_bucket/main.tf": 1}
        assert len(found) == meant.get(str(file.relative_to(GCP_TEMPLATE)), 0)

    def test_reaches_no_stand_in_of_a_cloud(self, file: Path) -> None:
        assert not re.search(r"_custom_endpoint|localhost|127\.0\.0\.1|offline", file.read_text())


@pytest.mark.parametrize("module", MODULES)
def test_every_variable_and_output_of_a_module_says_what_it_is(module: str) -> None:
    for file in (GCP_TEMPLATE / "modules" / module).glob("*s.tf"):
        text = file.read_text()
        assert len(re.findall(r"^(?:variable|output) ", text, re.MULTILINE)) == text.count("\n  description ")


def test_no_secret_value_is_kept_in_state() -> None:
    text = "".join(file.read_text() for file in FILES)
    kept = re.findall(r"^\s*(?:secret_data|password|root_password)\s*= *(.+)", text, re.MULTILINE)
    assert kept == ["ephemeral.random_password.this.result"], "what goes into a write-only argument is all"
    assert not re.search(r'resource "random_', text)
    assert "secret_data_wo " in text
    assert "password_wo " in text


def test_values_that_gcp_would_refuse_are_refused_before_it_is_asked(
    offline_templates: OfflineTemplates,
) -> None:
    good = registry[CloudProvider.GCP].to_tfvars(frozen(a_bare_form_for_gcp()), OWNER)
    bad = {
        "project_name": ("Shop", "lower-case DNS label"),
        "environment": ("prod", "development, staging or production"),
        "project_id": ("Shop 1", "id of a project"),
        "network_cidr": ("10.0.0.0/24", "between /12 and /20"),
        "provision_gke": (True, "A cluster needs a network"),
        "gke_disk_size_gb": (5, "at least 20 GiB"),
        "cloud_dns_managed_certificate": (True, "needs cloud_dns_enabled"),
        "cloud_sql_engine": ({"orders": "ORACLE"}, "POSTGRES or MYSQL"),
        "cloud_sql_edition": ({"orders": "FREE"}, "ENTERPRISE or ENTERPRISE_PLUS"),
        "memorystore_instance_type": ({"pages": "redis-1gb"}, "Caches need a network"),
        "memorystore_tier": ({"pages": "GOLD"}, "BASIC or STANDARD_HA"),
    }
    with pytest.raises(Refused) as refused:
        offline_templates(GCP_TEMPLATE).plan({**good, **{name: value for name, (value, _) in bad.items()}})
    assert [message for _, message in bad.values() if message not in refused.value] == []
