"""What a form offers, what a stage fills in, and what services are called."""

from typing import Any

import pytest

from chalicelib.domain.components import COLLECTIONS
from chalicelib.domain.words import CloudProvider, Stage
from chalicelib.providers import registry
from chalicelib.providers.azure.rules.table import matching
from chalicelib.providers.azure.sizes import MACHINE_NAMES, MACHINES
from chalicelib.providers.equivalents.engines import CACHE_ENGINES, DATABASE_ENGINES, SUBSCRIPTION_PROTOCOLS
from chalicelib.providers.equivalents.regions import REGIONS
from chalicelib.providers.equivalents.sizes import CACHE_NODE_TYPES, CAPACITY_STEPS, INSTANCE_TYPES
from chalicelib.services.spec_forms import read_form
from tests.support.azure_specs import a_bare_form
from tests.support.templates import AZURE_TEMPLATE, resource_types

AZURE = registry[CloudProvider.AZURE]
CATALOGUE = AZURE.catalogue

TYPES = resource_types(AZURE_TEMPLATE)


def values(choices: Any) -> set[str]:
    return {choice.value for choice in choices}


def names(engines: Any) -> set[str]:
    return {engine.name for engine in engines}


@pytest.mark.parametrize(
    ("table", "offered"),
    [
        (REGIONS, values(CATALOGUE.regions)),
        (INSTANCE_TYPES, values(CATALOGUE.instance_types)),
        (CACHE_NODE_TYPES, values(CATALOGUE.cache_node_types)),
        (DATABASE_ENGINES, names(CATALOGUE.database_engines)),
        (CACHE_ENGINES, names(CATALOGUE.cache_engines)),
        (SUBSCRIPTION_PROTOCOLS, set(CATALOGUE.subscription_protocols)),
    ],
)
def test_whatever_a_spec_can_be_moved_to_is_offered(table: Any, offered: set[str]) -> None:
    assert set(table.column(CloudProvider.AZURE)) <= offered


@pytest.mark.parametrize("engine", MACHINES)
def test_every_capacity_is_a_machine_that_may_be_named(engine: str) -> None:
    assert tuple(MACHINES[engine]) == CAPACITY_STEPS
    assert all(map(matching(MACHINE_NAMES[engine]), MACHINES[engine].values()))


def a_plain_form(stage: Stage) -> dict[str, Any]:
    """Names and keys, and nothing else."""
    single = {field: [{"name": "one"}] for field in COLLECTIONS.values() if field != "nosql_tables"}
    return a_bare_form(
        environment_stage=stage,
        network={},
        cluster={},
        dns={"domain_name": "shop.example.com"},
        nosql_tables=[{"name": "one", "hash_key": "id"}],
        **{**single, "topics": [{"name": "two"}]},
    )


@pytest.mark.parametrize("stage", Stage)
def test_a_plain_form_of_each_stage_is_a_valid_one(stage: Stage) -> None:
    assert AZURE.validate(read_form(a_plain_form(stage))) == []


def test_production_survives_the_loss_of_a_zone() -> None:
    form = read_form(a_plain_form(Stage.PRODUCTION))
    assert form.network is not None and not form.network.single_nat_gateway
    assert form.databases[0].multi_az and form.databases[0].deletion_protection
    assert form.caches[0].multi_az
    assert form.dns is not None and form.dns.waf_enabled


def test_development_is_small() -> None:
    form = read_form(a_plain_form(Stage.DEVELOPMENT))
    assert form.network is not None and form.network.single_nat_gateway
    assert (form.databases[0].max_capacity, form.databases[0].multi_az) == (1, False)
    assert (form.caches[0].node_type, form.caches[0].num_cache_nodes) == ("Balanced_B0", 1)


@pytest.mark.parametrize("resource_type", sorted(TYPES))
def test_every_type_of_the_template_has_a_service_that_people_know(resource_type: str) -> None:
    assert AZURE.group_of(resource_type).startswith("Azure ")


@pytest.mark.parametrize("beginning", AZURE.groups)
def test_every_service_is_in_the_template(beginning: str) -> None:
    """A group that nothing belongs to any more is a name for nothing."""
    assert any(resource_type.startswith(beginning) for resource_type in TYPES)
