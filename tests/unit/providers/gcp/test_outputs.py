"""terraform's outputs become facts of components, and those of a cluster a way to sign in."""

from typing import Any

from chalicelib.domain.lifecycle.component import ComponentStatus
from chalicelib.domain.words import CloudProvider, ComponentKind
from chalicelib.providers import registry
from tests.support.gcp_specs import a_form_for_gcp, frozen

GCP = registry[CloudProvider.GCP]

OUTPUTS: dict[str, Any] = {
    "network_id": "projects/shop-123456/global/networks/shop-development",
    "network_subnet_ids": ["projects/shop-123456/regions/europe-west1/subnetworks/shop-development-private"],
    "network_nat_addresses": [],
    "gke_cluster_name": "shop-development",
    "gke_cluster_endpoint": "https://203.0.113.7",
    "gke_cluster_id": "projects/shop-123456/locations/europe-west1/clusters/shop-development",
    "gke_cluster_ca_certificate": "Y2VydA==",
    "gke_workload_identity_pool": "shop-123456.svc.id.goog",
    "cloud_dns_zone_name": "shop-example-com",
    "cloud_dns_name_servers": ["ns-cloud-a1.googledomains.com."],
    "managed_certificate_id": "projects/shop-123456/locations/global/certificates/shop",
    "cloud_armor_policy_id": None,
    "cloud_sql": {
        "orders": {
            "identifier": "shop-development-orders",
            "writer_endpoint": "10.20.192.3",
            "reader_endpoint": "10.20.192.4",
            "port": 5432,
            "master_credentials_secret_id": "projects/shop-123456/secrets/shop-development_database_orders",
        },
        "legacy": {"writer_endpoint": "10.20.192.5", "reader_endpoint": None, "port": 3306},
    },
    "memorystore": {"pages": {"primary_endpoint": "10.20.192.9", "reader_endpoint": "", "port": 6378}},
    "pubsub_queues": {"mails": {"name": "shop-development-mails-queue", "dead_letter_id": None}},
    "pubsub_topics": {"events": {"name": "shop-development-events"}},
    "firestore_databases": {"carts": {"name": "shop-development-carts"}},
    "artifact_registry_repos": {"api": {"url": "europe-west1-docker.pkg.dev/shop-123456/api"}},
    "cloud_storage_buckets": {"assets": {"url": "gs://shop-development-assets-shop-123456"}},
    "secrets": {"stripe": {"id": "projects/shop-123456/secrets/shop-development-stripe"}},
}


def observed(outputs: dict[str, Any]) -> dict[tuple[ComponentKind, str], dict[str, Any]]:
    components = GCP.outputs_to_components(frozen(a_form_for_gcp()), outputs)
    assert {component.status for component in components} <= {ComponentStatus.ACTIVE}
    return {(component.kind, component.name): component.facts for component in components}


def test_each_database_gets_its_own_endpoints() -> None:
    facts = observed(OUTPUTS)
    assert facts[ComponentKind.DATABASE, "orders"] == OUTPUTS["cloud_sql"]["orders"]
    assert facts[ComponentKind.DATABASE, "legacy"] == {"writer_endpoint": "10.20.192.5", "port": 3306}


def test_a_singleton_gathers_its_outputs() -> None:
    facts = observed(OUTPUTS)
    assert facts[ComponentKind.NETWORK, "network"] == {
        "network_id": OUTPUTS["network_id"],
        "private_subnet_ids": OUTPUTS["network_subnet_ids"],
    }
    assert facts[ComponentKind.CLUSTER, "cluster"] == {
        "name": "shop-development",
        "endpoint": "https://203.0.113.7",
        "id": OUTPUTS["gke_cluster_id"],
        "ca_certificate": "Y2VydA==",
        "workload_identity_pool": "shop-123456.svc.id.goog",
    }
    assert facts[ComponentKind.DNS, "dns"] == {
        "zone_id": "shop-example-com",
        "name_servers": ["ns-cloud-a1.googledomains.com."],
        "certificate_id": OUTPUTS["managed_certificate_id"],
    }


def test_every_kind_has_its_facts() -> None:
    kinds = {kind for kind, _name in observed(OUTPUTS)}
    assert kinds == set(ComponentKind) - {ComponentKind.REPOSITORIES}


def test_what_the_outputs_do_not_mention_is_left_out() -> None:
    facts = observed(OUTPUTS)
    assert facts[ComponentKind.CACHE, "pages"] == {"primary_endpoint": "10.20.192.9", "port": 6378}
    assert (ComponentKind.CACHE, "sessions") not in facts
    assert observed({}) == {}
    assert observed({"memorystore": {"somebody-elses": {"primary_endpoint": "x"}}}) == {}


def test_people_sign_in_to_the_cluster_with_gcloud() -> None:
    config = frozen(a_form_for_gcp())
    login = GCP.cluster_login(config, observed(OUTPUTS)[ComponentKind.CLUSTER, "cluster"]).document()
    assert login["clusters"][0]["cluster"] == {
        "server": "https://203.0.113.7",
        "certificate-authority-data": "Y2VydA==",
    }
    user = login["users"][0]["user"]["exec"]
    assert (user["command"], user["args"]) == ("gke-gcloud-auth-plugin", [])
    assert user["provideClusterInfo"]
    assert "gcloud" in user["installHint"]
