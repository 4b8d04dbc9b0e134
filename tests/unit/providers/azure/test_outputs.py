"""terraform's outputs become facts of components, and a cluster's facts a sign-in."""

from typing import Any

from chalicelib.domain.lifecycle.component import ComponentStatus
from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.azure_specs import a_form_for_azure, frozen
from tests.support.templates import AZURE_TEMPLATE, outputs

AZURE = registry[CloudProvider.AZURE]

VAULT = "https://shop-vault.vault.azure.net/secrets"

OUTPUTS: dict[str, Any] = {
    "resource_group_name": "shop-development",
    "vnet_id": "/subscriptions/1/…/main",
    "vnet_subnet_ids": ["/subscriptions/1/…/nodes"],
    "vnet_nat_addresses": {},
    "aks_cluster_name": "shop-development",
    "aks_cluster_endpoint": "https://shop.hcp.northeurope.azmk8s.io:443",
    "aks_cluster_id": "/subscriptions/1/…/shop-development",
    "aks_cluster_ca_certificate": "Y2VydA==",
    "aks_oidc_issuer_url": "https://oidc.example.com",
    "aks_workload_identities": {"external-dns": "client-1"},
    "azure_dns_zone_id": "/subscriptions/1/…/shop.example.com",
    "azure_dns_name_servers": ["ns1.example.com"],
    "certificate_id": None,
    "waf_policy_id": "/subscriptions/1/…/waf",
    "application_gateway_address": "203.0.113.7",
    "azure_db": {
        "orders": {
            "identifier": "shop-development-orders",
            "writer_endpoint": "w.example.com",
            "reader_endpoint": "r.example.com",
            "port": 5432,
            "master_credentials_secret_id": f"{VAULT}/orders",
        },
        "legacy": {"writer_endpoint": "l.example.com", "reader_endpoint": None},
    },
    "azure_cache": {"pages": {"primary_endpoint": "p.example.com", "port": 10000}},
    "service_bus_queues": {"mails": {"name": "mails"}},
    "service_bus_topics": {"events": {"name": "events"}},
    "cosmos_db_collections": {"carts": {"endpoint": "https://c.example.com"}},
    "acr_repositories": {"api": {"url": "shop.azurecr.io"}},
    "storage_containers": {"assets": {"url": "https://a.example.com/assets"}},
    "secrets": {"stripe": {"id": f"{VAULT}/stripe"}},
}


def observed(outputs: dict[str, Any]) -> dict[tuple[ComponentKind, str], dict[str, Any]]:
    components = AZURE.outputs_to_components(frozen(a_form_for_azure()), outputs)
    assert {component.status for component in components} <= {ComponentStatus.ACTIVE}
    return {(component.kind, component.name): component.facts for component in components}


def test_each_database_gets_its_own_endpoints() -> None:
    facts = observed(OUTPUTS)
    assert facts[ComponentKind.DATABASE, "orders"] == OUTPUTS["azure_db"]["orders"]
    assert facts[ComponentKind.DATABASE, "legacy"] == {"writer_endpoint": "l.example.com"}


def test_every_kind_has_an_output() -> None:
    assert {kind for kind, _ in observed(OUTPUTS)} == set(ComponentKind) - {ComponentKind.REPOSITORIES}


def test_a_singleton_gathers_its_outputs() -> None:
    facts = observed(OUTPUTS)
    assert facts[ComponentKind.CLUSTER, "cluster"] == {
        "name": "shop-development",
        "endpoint": "https://shop.hcp.northeurope.azmk8s.io:443",
        "id": "/subscriptions/1/…/shop-development",
        "ca_certificate": "Y2VydA==",
        "oidc_issuer_url": "https://oidc.example.com",
        "workload_identities": {"external-dns": "client-1"},
    }
    assert facts[ComponentKind.DNS, "dns"] == {
        "zone_id": "/subscriptions/1/…/shop.example.com",
        "name_servers": ["ns1.example.com"],
        "waf_policy_id": "/subscriptions/1/…/waf",
        "application_gateway_address": "203.0.113.7",
    }


def test_what_the_outputs_do_not_mention_is_left_out() -> None:
    assert (ComponentKind.CACHE, "sessions") not in observed(OUTPUTS)
    assert observed({}) == {}


def test_people_sign_in_to_the_cluster_with_their_own_session_of_the_azure_cli() -> None:
    config = frozen(a_form_for_azure())
    login = AZURE.cluster_login(config, observed(OUTPUTS)[ComponentKind.CLUSTER, "cluster"])
    assert (login.cluster, login.server) == ("shop-development", OUTPUTS["aks_cluster_endpoint"])
    assert login.certificate_authority == "Y2VydA=="
    command = " ".join((login.command, *login.arguments))
    server = "6dae42f8-4368-4678-94ff-3960e28e3630"
    assert command == f"kubelogin get-token --login azurecli --server-id {server}"


def test_every_output_that_is_read_is_one_of_the_template() -> None:
    single = {output for facts in AZURE.facts.single.values() for output in facts.values()}
    assert single | set(AZURE.facts.many.values()) <= outputs(AZURE_TEMPLATE).keys()
