"""A reviewer sees services by name: no template makes a resource that its cloud has no group for."""

import re
from pathlib import Path

import pytest

from chalicelib.providers import registry
from chalicelib.providers.base import Provider

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
RESOURCE = re.compile(r'^resource "([a-z0-9_]+)"', re.M)


@pytest.mark.parametrize("provider", registry.values(), ids=lambda provider: provider.template)
def test_every_resource_of_a_template_is_of_a_named_service(provider: Provider) -> None:
    files = (TEMPLATES / provider.template).rglob("*.tf")
    types = {name for file in files for name in RESOURCE.findall(file.read_text())}
    assert len(types) > 30
    assert {name for name in types if provider.group_of(name) == "Other"} == set()
