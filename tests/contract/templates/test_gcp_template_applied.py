"""What the GCP template leaves behind, and what it makes of it at the next plan.

Two of everything in production are applied with the offline stand-ins of the providers: schema-checked, never
provider-tested.
"""

import pytest

from chalicelib.domain.spec import each_component
from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.gcp_resources import no_value_is_kept
from tests.support.gcp_specs import OWNER, PROJECT, SHAPES, frozen
from tests.support.offline_terraform import Applied, OfflineTemplates
from tests.support.templates import GCP_TEMPLATE

GCP = registry[CloudProvider.GCP]


@pytest.fixture(scope="module")
def standing(offline_templates: OfflineTemplates) -> Applied:
    """Two of everything in production, applied."""
    variables = GCP.to_tfvars(frozen(SHAPES["two of each in production"]), OWNER)
    return offline_templates(GCP_TEMPLATE).apply(variables)


def test_no_generated_value_is_in_a_state(standing: Applied) -> None:
    assert no_value_is_kept(standing)


def test_a_second_plan_is_empty(standing: Applied) -> None:
    assert standing.plan().changes == {}


def test_an_instance_that_is_made_anew_gets_credentials_that_are_its_own(standing: Applied) -> None:
    """A cache of another tier is another instance, with a password of its own making."""
    orders, pages = 'module.database["orders"].google', 'module.cache["pages"].google'
    anew = [f"{orders}_sql_database_instance.this", f"{pages}_redis_instance.this"]
    changes = standing.plan(replace=anew).changes
    assert {address for address, actions in changes.items() if set(actions) == {"create", "delete"}} == {
        *anew,
        f"{orders}_sql_user.this",
        f"{orders}_secret_manager_secret_version.credentials",
        f"{pages}_secret_manager_secret_version.credentials",
    }


def test_credentials_stay_when_an_instance_is_only_changed(standing: Applied) -> None:
    variables = {
        **standing.variables,
        "memorystore_memory_size_gb": {"sessions": 2, "pages": 8},
        "cloud_sql_tier": {"orders": "db-custom-4-16384", "legacy": "db-custom-8-32768"},
    }
    assert set(map(tuple, standing.plan(variables).changes.values())) == {("update",)}


def test_outputs_become_facts_of_the_right_components(standing: Applied) -> None:
    config = frozen(SHAPES["two of each in production"])
    facts = {
        (found.kind, found.name): found.facts for found in GCP.outputs_to_components(config, standing.outputs)
    }
    wanted = {(kind, name) for kind, name, _ in each_component(config)}
    assert facts.keys() == wanted - {(ComponentKind.REPOSITORIES, "repositories")}

    assert all(facts[ComponentKind.NETWORK, "network"]["nat_addresses"].values())
    cluster = facts[ComponentKind.CLUSTER, "cluster"]
    assert cluster["name"] == "shop-production"
    assert cluster["endpoint"].startswith("https://")
    assert GCP.cluster_login(config, cluster).document()["clusters"]
    for name in ("orders", "legacy"):
        database = facts[ComponentKind.DATABASE, name]
        assert database["identifier"] == f"shop-production-{name}"
        assert f"shop-production_database_{name}" in database["master_credentials_secret_id"]
        assert database["writer_endpoint"] != database["reader_endpoint"]
    assert facts[ComponentKind.DATABASE, "orders"]["port"] == 5432
    assert facts[ComponentKind.DATABASE, "legacy"]["port"] == 3306
    assert "reader_endpoint" in facts[ComponentKind.CACHE, "pages"]
    assert "reader_endpoint" not in facts[ComponentKind.CACHE, "sessions"]
    assert facts[ComponentKind.QUEUE, "mails"]["subscription_id"].endswith("/shop-production-mails-sub")
    assert facts[ComponentKind.CONTAINER_REGISTRY, "api"]["url"] == (
        f"europe-west1-docker.pkg.dev/{PROJECT}/shop-production-api"
    )


def test_facts_tell_one_component_from_another(standing: Applied) -> None:
    """A map that gave one component's facts to all of its kind would pass every test of names alone."""
    maps = [value for value in standing.outputs.values() if isinstance(value, dict)]
    for facts in (value for value in maps if all(isinstance(one, dict) for one in value.values())):
        assert len({str(one) for one in facts.values()}) == len(facts)
