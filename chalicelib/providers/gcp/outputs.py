"""Which outputs of ``templates/gcp`` tell of which component, and how people sign in to its cluster."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.kubeconfig import Kubeconfig
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import ComponentKind

from ..outputs import FactOutputs

FACTS = FactOutputs(
    single={
        ComponentKind.NETWORK: {
            "network_id": "network_id",
            "private_subnet_ids": "network_subnet_ids",
            "nat_addresses": "network_nat_addresses",
        },
        ComponentKind.CLUSTER: {
            "name": "gke_cluster_name",
            "endpoint": "gke_cluster_endpoint",
            "id": "gke_cluster_id",
            "ca_certificate": "gke_cluster_ca_certificate",
            "workload_identity_pool": "gke_workload_identity_pool",
        },
        ComponentKind.DNS: {
            "zone_id": "cloud_dns_zone_name",
            "name_servers": "cloud_dns_name_servers",
            "certificate_id": "managed_certificate_id",
            "waf_policy_id": "cloud_armor_policy_id",
        },
    },
    many={
        ComponentKind.DATABASE: "cloud_sql",
        ComponentKind.CACHE: "memorystore",
        ComponentKind.QUEUE: "pubsub_queues",
        ComponentKind.TOPIC: "pubsub_topics",
        ComponentKind.NOSQL_TABLE: "firestore_databases",
        ComponentKind.CONTAINER_REGISTRY: "artifact_registry_repos",
        ComponentKind.STORAGE_BUCKET: "cloud_storage_buckets",
        ComponentKind.SECRET: "secrets",
    },
)


def cluster_login(config: SpecConfig, facts: Mapping[str, Any]) -> Kubeconfig:
    """By GKE's plugin for gcloud, which turns the person's own Google session into a token."""
    return Kubeconfig(
        cluster=facts["name"],
        server=facts["endpoint"],
        certificate_authority=facts["ca_certificate"],
        command="gke-gcloud-auth-plugin",
        needs="the gke-gcloud-auth-plugin, and gcloud, signed in to an account that may use the project",
    )
