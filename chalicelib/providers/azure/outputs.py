"""Which outputs of ``templates/azure`` tell of which component, and how people sign in to its cluster."""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.kubeconfig import Kubeconfig
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import ComponentKind

from ..outputs import FactOutputs

AKS_SERVER_ID = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""Entra's application for the Kubernetes API of every AKS cluster; the same in each tenant."""

FACTS = FactOutputs(
    single={
        ComponentKind.NETWORK: {
            "vnet_id": "vnet_id",
            "subnet_ids": "vnet_subnet_ids",
            "nat_addresses": "vnet_nat_addresses",
            "resource_group_name": "resource_group_name",
        },
        ComponentKind.CLUSTER: {
            "name": "aks_cluster_name",
            "endpoint": "aks_cluster_endpoint",
            "id": "aks_cluster_id",
            "ca_certificate": "aks_cluster_ca_certificate",
            "oidc_issuer_url": "aks_oidc_issuer_url",
            "workload_identities": "aks_workload_identities",
        },
        ComponentKind.DNS: {
            "zone_id": "azure_dns_zone_id",
            "name_servers": "azure_dns_name_servers",
            "certificate_id": "certificate_id",
            "waf_policy_id": "waf_policy_id",
            "application_gateway_id": "application_gateway_id",
            "application_gateway_address": "application_gateway_address",
        },
    },
    many={
        ComponentKind.DATABASE: "azure_db",
        ComponentKind.CACHE: "azure_cache",
        ComponentKind.QUEUE: "service_bus_queues",
        ComponentKind.TOPIC: "service_bus_topics",
        ComponentKind.NOSQL_TABLE: "cosmos_db_collections",
        ComponentKind.CONTAINER_REGISTRY: "acr_repositories",
        ComponentKind.STORAGE_BUCKET: "storage_containers",
        ComponentKind.SECRET: "secrets",
    },
)


def cluster_login(config: SpecConfig, facts: Mapping[str, Any]) -> Kubeconfig:
    """By kubelogin, which turns the person's own session of the Azure CLI into a token."""
    return Kubeconfig(
        cluster=facts["name"],
        server=facts["endpoint"],
        certificate_authority=facts["ca_certificate"],
        command="kubelogin",
        arguments=("get-token", "--login", "azurecli", "--server-id", AKS_SERVER_ID),
        needs="kubelogin and the Azure CLI, signed in to the subscription's tenant",
    )
