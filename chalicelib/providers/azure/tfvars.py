"""SpecConfig → the variables of ``templates/azure``.

Every variable that is emitted is declared by the template, and every component of the spec arrives in one.
Repositories have no variable: they are for what is installed in the cluster after terraform.
"""

from collections.abc import Callable
from typing import Any

from chalicelib.domain.components import Cache, Cluster, Database, Dns, Network, NosqlTable, Queue, Topic
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import Stage

from ..base import Tfvars
from .catalogue import MYSQL, POSTGRESQL, WITHOUT_PAIR
from .resource_ids import zone_of
from .sizes import DEFAULT_STORAGE_GB, machine_of

ENGINES = {POSTGRESQL.name: "postgres", MYSQL.name: "mysql"}
"""Engine of a spec → the template's word for it."""

PORTS = {engine.name: engine.default_port for engine in (POSTGRESQL, MYSQL)}

MOST_DELIVERIES = 2000
"""What Service Bus takes at most; for a queue that parks no message, the nearest thing to "for ever"."""

FIXED_THROUGHPUT = 400
"""RU/s of a provisioned table that names none; Cosmos DB has no less."""

SCALED_THROUGHPUT = 1000
"""Most RU/s of a table that is billed per request in several regions; Cosmos DB has no less."""


def variables(config: SpecConfig, owner: Owner) -> Tfvars:
    """Every value of `config` as the template's variables; its options are known to be right."""
    keep = config.environment_stage is not Stage.DEVELOPMENT
    return {
        "project_name": config.project_name,
        "location": config.region,
        "paired_region": config.region not in WITHOUT_PAIR,
        "environment": config.environment_stage.value,
        "subscription_id": config.account_id,
        "zone_id": owner.zone_id,
        "spec_id": owner.spec_id,
        **_network(config.network),
        **_cluster(config.cluster, promised=keep),
        "aks_authorized_ip_ranges": config.network.allowed_cidr_blocks if config.network else [],
        **_dns(config.dns),
        **_databases(config.databases),
        **_caches(config.caches),
        "service_bus_queues": {queue.name: _queue(queue) for queue in config.queues},
        "service_bus_topics": {topic.name: _topic(topic) for topic in config.topics},
        "cosmos_db_collections": [_table(table, keep=keep) for table in config.nosql_tables],
        "acr_repositories": {
            registry.name: {
                "image_tag_mutability": registry.image_tag_mutability,
                "scan_on_push": registry.scan_on_push,
            }
            for registry in config.container_registries
        },
        "storage_containers": [bucket.model_dump(mode="json") for bucket in config.storage_buckets],
        "custom_secrets": [secret.model_dump(mode="json") for secret in config.secrets],
    }


def _network(network: Network | None) -> Tfvars:
    if network is None:
        return {"provision_vnet": False, "vnet_id": None}
    return {
        "provision_vnet": network.provision_network,
        "vnet_cidr": network.cidr_block,
        "single_nat_gateway": network.single_nat_gateway,
        "vnet_id": network.network_id,
        "vnet_private_subnet_ids": network.private_subnet_ids,
        "vnet_public_subnet_ids": network.public_subnet_ids,
    }


def _cluster(cluster: Cluster | None, *, promised: bool) -> Tfvars:
    if cluster is None:
        return {"provision_aks": False}
    options = cluster.provider_config
    return {
        "provision_aks": True,
        "aks_cluster_version": cluster.cluster_version,
        "aks_sku_tier": options.get("sku_tier", "Standard" if promised else "Free"),
        "aks_node_pool_name": options.get("node_pool_name", "system"),
        "aks_instance_types": cluster.instance_types,
        "aks_node_min_size": cluster.node_min_size,
        "aks_node_max_size": cluster.node_max_size,
        "aks_node_desired_size": cluster.node_desired_size,
        "aks_disk_size_gb": cluster.node_disk_size_gb,
        "aks_admin_group_object_ids": cluster.cluster_admins,
    }


def _dns(dns: Dns | None) -> Tfvars:
    if dns is None:
        return {"azure_dns_enabled": False}
    zone = zone_of(dns.zone_id) if dns.zone_id else None
    return {
        "azure_dns_enabled": dns.enabled,
        "azure_dns_domain": dns.domain_name,
        "azure_dns_zone_name": zone.name if zone else None,
        "azure_dns_zone_resource_group": zone.resource_group if zone else None,
        "azure_managed_certificate": dns.managed_certificate and dns.enabled,
        "azure_waf_enabled": dns.waf_enabled,
        "azure_waf_mode": dns.provider_config.get("waf_mode", "Prevention"),
    }


DATABASE: dict[str, Callable[[Database], Any]] = {
    "azure_db_engine": lambda database: ENGINES[database.engine],
    "azure_db_engine_version": lambda database: database.engine_version,
    "azure_db_sku_name": lambda database: (
        database.provider_config.get("sku_name") or machine_of(database.engine, database.max_capacity)
    ),
    "azure_db_storage_mb": lambda database: (
        database.provider_config.get("storage_gb", DEFAULT_STORAGE_GB) * 1024
    ),
    "azure_db_port": lambda database: database.port or PORTS[database.engine],
    "azure_db_backup_retention_days": lambda database: database.backup_retention_days,
    "azure_db_iam_auth": lambda database: database.iam_auth,
    "azure_db_high_availability": lambda database: database.multi_az,
    "azure_db_deletion_protection": lambda database: database.deletion_protection,
    "azure_db_geo_redundant_backup": lambda database: database.provider_config.get(
        "geo_redundant_backup", False
    ),
}
"""Variable → what it holds of each database."""

CACHE: dict[str, Callable[[Cache], Any]] = {
    "azure_cache_sku": lambda cache: cache.node_type,
    "azure_cache_multi_az": lambda cache: cache.num_cache_nodes > 1,
    "azure_cache_allowed_cidr_blocks": lambda cache: cache.allowed_cidr_blocks,
}
"""Variable → what it holds of each cache."""


def _databases(databases: list[Database]) -> Tfvars:
    return {
        name: {database.name: value_of(database) for database in databases}
        for name, value_of in DATABASE.items()
    }


def _caches(caches: list[Cache]) -> Tfvars:
    return {name: {cache.name: value_of(cache) for cache in caches} for name, value_of in CACHE.items()}


def _queue(queue: Queue) -> Tfvars:
    return {
        "max_delivery_count": queue.dead_letter.max_receive_count if queue.dead_letter else MOST_DELIVERIES,
        "lock_duration": f"PT{queue.visibility_timeout}S",
        "requires_session": queue.fifo,
        "default_message_ttl": f"PT{queue.message_retention}S",
    }


def _topic(topic: Topic) -> Tfvars:
    return {"subscriptions": [subscription.model_dump(mode="json") for subscription in topic.subscriptions]}


def _table(table: NosqlTable, *, keep: bool) -> Tfvars:
    options = table.provider_config
    keys = (table.hash_key, table.range_key)
    fixed = table.billing_mode == "PROVISIONED"
    serverless = not fixed and not table.global_replicas
    scaled = not fixed and not serverless
    return {
        "name": table.name,
        "partition_key_paths": [f"/{key}" for key in keys if key],
        "serverless": serverless,
        "throughput": options.get("throughput", FIXED_THROUGHPUT) if fixed else None,
        "max_throughput": options.get("max_throughput", SCALED_THROUGHPUT) if scaled else None,
        "continuous_backup": table.point_in_time_recovery,
        "default_ttl": options.get("default_ttl"),
        "global_replicas": table.global_replicas,
        "deletion_protection": options.get("deletion_protection", keep),
    }
