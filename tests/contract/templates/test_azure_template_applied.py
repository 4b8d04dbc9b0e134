"""What the Azure template leaves behind: facts without secrets, names that Azure takes, tags that fit.
And what follows from a size, a region or a stage rather than from a spec's shape.

Two of everything are applied with the offline stand-ins of the providers: schema-checked, never
provider-tested.
"""

import hashlib
import re

import pytest

from chalicelib.domain.spec import each_component
from chalicelib.domain.words import ComponentKind
from chalicelib.providers.azure import AZURE
from tests.support.azure_plans import LIMITS, variables
from tests.support.azure_specs import SHAPES, a_bare_form, a_form_for_azure, frozen
from tests.support.offline_terraform import Applied, OfflineTemplate, OfflineTemplates, Refused, Resources
from tests.support.templates import AZURE_TEMPLATE

ELSEWHERE = "11111111-2222-4333-8444-555555555555"
"""Another subscription than the one that specs are for."""

TAGS = {f"tag-{number}": "value" for number in range(16)}
"""More of a person's own tags than Azure lets a DNS zone or a secret have."""


@pytest.fixture(scope="module")
def azure(offline_templates: OfflineTemplates) -> OfflineTemplate:
    return offline_templates(AZURE_TEMPLATE)


@pytest.fixture(scope="module")
def applied(azure: OfflineTemplate) -> Applied:
    """Two of everything, applied."""
    return azure.apply(variables(a_form_for_azure()))


@pytest.fixture(scope="module")
def elsewhere(azure: OfflineTemplate) -> Resources:
    """Production in another subscription, with a network that names nobody."""
    body = a_bare_form(
        environment_stage="production",
        network={},
        secrets=[{"name": "session-key"}],
        databases=a_form_for_azure()["databases"][1:],
        storage_buckets=[{"name": "invoices"}],
    )
    return azure.plan({**variables(body), "subscription_id": ELSEWHERE, "tags": TAGS})


class TestApplied:
    def test_every_component_learns_its_facts(self, applied: Applied) -> None:
        config = frozen(a_form_for_azure())
        rows = {
            (row.kind, row.name): row.facts for row in AZURE.outputs_to_components(config, applied.outputs)
        }
        expected = {(kind, name) for kind, name, _ in each_component(config)}
        assert set(rows) == expected - {(ComponentKind.REPOSITORIES, "repositories")}
        assert rows[ComponentKind.CLUSTER, "cluster"].keys() >= {"name", "endpoint", "id", "ca_certificate"}
        orders = rows[ComponentKind.DATABASE, "orders"]
        assert orders.keys() >= {"identifier", "port", "master_credentials_secret_id"}
        assert orders["reader_endpoint"] != orders["writer_endpoint"]
        legacy = rows[ComponentKind.DATABASE, "legacy"]
        assert legacy["reader_endpoint"] == legacy["writer_endpoint"]
        assert rows[ComponentKind.CACHE, "pages"].keys() >= {"primary_endpoint", "reader_endpoint", "port"}
        assert rows[ComponentKind.SECRET, "stripe"]["id"].endswith("/secrets/stripe")

    def test_a_second_plan_has_nothing_to_do_though_storage_has_grown(self, applied: Applied) -> None:
        """Servers grow by themselves; the provider would make anew what is asked to be smaller than it is."""
        asked = {**applied.variables, "azure_db_storage_mb": {"orders": 65536, "legacy": 51200}}
        assert applied.variables["azure_db_storage_mb"] == {"orders": 32768, "legacy": 102400}
        assert applied.plan(asked).changes == {}

    def test_state_has_no_generated_value(self, applied: Applied) -> None:
        written = [
            (item.address, name)
            for item in applied.resources.values()
            for name, value in item.values.items()
            if name.endswith("_wo") and value is not None
        ]
        assert written == []
        versions = {item.values["value_wo_version"] for item in applied.of_type("azurerm_key_vault_secret")}
        assert versions == {1, 65}


class TestNames:
    def test_fit_what_azure_takes_and_differ(self, azure: OfflineTemplate) -> None:
        body = a_form_for_azure(project_name="p" + "-long" * 6 + "x")
        for field in ("databases", "caches", "container_registries", "storage_buckets"):
            part = "-abc" if field == "storage_buckets" else ".b_c"
            long = [f"a{part * 15}{end}" for end in "yz"]
            body[field] = [{**item, "name": name} for item, name in zip(body[field], long, strict=True)]
        body["topics"][0]["subscriptions"][1]["endpoint"] = "s" * 50
        plan = azure.plan(variables(body))
        for resource_type, allowed in LIMITS.items():
            names = [item.values["name"] for item in plan.of_type(resource_type)]
            assert names == [name for name in names if re.fullmatch(allowed, name)] != []
            assert len(names) == len(set(names))

    def test_are_another_subscription_s_own(self, elsewhere: Resources) -> None:
        digest = hashlib.sha256(f"{ELSEWHERE}/storage_bucket/shop-production-invoices".encode()).hexdigest()
        account = elsewhere.only("azurerm_storage_account").values["name"]
        assert account == f"shopproductioninvo{digest[:6]}"


def test_own_tags_are_left_out_where_azure_takes_fifteen(elsewhere: Resources) -> None:
    few = {
        "azurerm_key_vault_secret",
        "azurerm_private_dns_zone",
        "azurerm_private_dns_zone_virtual_network_link",
    }
    tagged = [item for item in elsewhere.resources.values() if "tags" in item.values]
    assert {item.type for item in tagged if not item.values["tags"].keys() & TAGS.keys()} == few
    assert {item.type for item in tagged if item.values["tags"].items() >= TAGS.items()} & few == set()


def test_without_named_networks_production_s_vault_is_private_and_a_reviewer_is_told(
    elsewhere: Resources,
) -> None:
    assert elsewhere.only("azurerm_key_vault").values["public_network_access_enabled"] is False
    assert any("network.allowed_cidr_blocks names nobody" in each.detail for each in elsewhere.warnings)


def test_caches_are_in_one_piece_up_to_24_gb(azure: OfflineTemplate) -> None:
    """Clients see one address either way; in one piece every command works on any keys."""
    skus = ("Balanced_B0", "ComputeOptimized_X20", "Balanced_B50", "MemoryOptimized_M100")
    caches = {"azure_cache_sku": {sku.lower().replace("_", "-"): sku for sku in skus}}
    plan = azure.plan({**variables(SHAPES["network alone"]), **caches})
    policies = {
        item.values["sku_name"]: item.values["default_database"][0]["clustering_policy"]
        for item in plan.of_type("azurerm_managed_redis")
    }
    assert policies == {
        "Balanced_B0": "NoCluster",
        "ComputeOptimized_X20": "NoCluster",
        "Balanced_B50": "EnterpriseCluster",
        "MemoryOptimized_M100": "EnterpriseCluster",
    }


def test_periodic_backups_stay_in_a_region_that_has_no_pair(azure: OfflineTemplate) -> None:
    tables = [{"name": "carts", "hash_key": "id", "point_in_time_recovery": False}]
    kept = {
        region: azure.plan(variables(a_bare_form(region=region, nosql_tables=tables)))
        .only("azurerm_cosmosdb_account")
        .values["backup"][0]["storage_redundancy"]
        for region in ("northeurope", "italynorth")
    }
    assert kept == {"northeurope": "Geo", "italynorth": "Zone"}


def test_what_the_template_refuses_by_itself(azure: OfflineTemplate) -> None:
    wrong = {"vnet_cidr": "10.0.0.0/8", "acr_repositories": {"api": {"scan_on_push": True}}}
    with pytest.raises(Refused) as refused:
        azure.plan({**variables(SHAPES["none"]), **wrong})
    assert "vnet_cidr must be" in refused.value
    assert "ACR can't make tags immutable" in refused.value
