"""SpecConfig → the variables of ``templates/gcp``.

Two rules hold, and ``tests/contract/test_tfvars_contract.py`` proves both: every variable that is emitted is
declared by the template, and every component of the spec arrives in one. Repositories have no variable:
they are for what is installed in the cluster after terraform. The types of a table's keys have none either:
Firestore keeps a type with each value.
"""

import hashlib
import re

from chalicelib.domain.components import Cluster, Database, Dns, Network, NosqlTable, Queue, Subscription
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import Stage

from ..base import Tfvars
from .catalogue import CACHE_NODE_TYPES, MYSQL, POSTGRESQL, TIERS

READ_REPLICAS_FROM_GIB = 5
"""Memory that a Memorystore instance must have before its replicas can be read from."""

ENTERPRISE_PLUS = ("db-perf-optimized-", "db-memory-optimized-", "db-c4a-")
"""How the machines of Cloud SQL's other edition begin."""

_ENGINES = {POSTGRESQL.name: "POSTGRES", MYSQL.name: "MYSQL"}
_PORTS = {engine.name: engine.default_port for engine in (POSTGRESQL, MYSQL)}
_DISK_GB = 20


def variables(config: SpecConfig, owner: Owner) -> Tfvars:
    """Every value of `config` as the template's variables; its options are known to be right."""
    return {
        "project_name": config.project_name,
        "project_id": config.account_id,
        "region": config.region,
        "environment": config.environment_stage.value,
        "zone_id": owner.zone_id,
        "spec_id": owner.spec_id,
        **_network(config.network, config.account_id, config.region),
        **_cluster(config.cluster, config.environment_stage),
        "gke_master_authorized_cidr_blocks": config.network.allowed_cidr_blocks if config.network else [],
        **_dns(config.dns),
        **_databases(config),
        **_caches(config),
        "pubsub_queues": {queue.name: _queue(queue) for queue in config.queues},
        "pubsub_topics": {
            topic.name: {"subscriptions": [_subscription(receiver) for receiver in topic.subscriptions]}
            for topic in config.topics
        },
        "firestore_databases": {table.name: _table(table, config) for table in config.nosql_tables},
        "artifact_registry_repos": {
            registry.name: {
                "immutable_tags": registry.image_tag_mutability == "IMMUTABLE",
                "scan_on_push": registry.scan_on_push,
            }
            for registry in config.container_registries
        },
        "cloud_storage_buckets": {
            bucket.name: bucket.model_dump(mode="json", exclude={"name"}) for bucket in config.storage_buckets
        },
        "custom_secrets": {
            secret.name: secret.model_dump(mode="json", exclude={"name"}) for secret in config.secrets
        },
    }


def _network(network: Network | None, project_id: str | None, region: str) -> Tfvars:
    if network is None:
        return {"provision_network": False, "network_id": None}
    return {
        "provision_network": network.provision_network,
        "network_cidr": network.cidr_block,
        "single_cloud_nat": network.single_nat_gateway,
        **_existing_network(network, project_id, region),
    }


def _existing_network(network: Network, project_id: str | None, region: str) -> Tfvars:
    """The existing network and its subnet by their full names; a bare name is one of the own project.

    A subnet belongs to the project of its network, which for a shared network is another one.
    """
    network_id, subnets = network.network_id, network.private_subnet_ids
    if network_id is None:
        return {"network_id": None, "network_subnet_id": None}
    if "/" not in network_id:
        network_id = f"projects/{project_id}/global/networks/{network_id}"
    subnet = subnets[0] if subnets else None
    if subnet is not None and "/" not in subnet:
        subnet = f"{network_id.split('/global/')[0]}/regions/{region}/subnetworks/{subnet}"
    return {"network_id": network_id, "network_subnet_id": subnet}


def _cluster(cluster: Cluster | None, stage: Stage) -> Tfvars:
    if cluster is None:
        return {"provision_gke": False}
    options = cluster.provider_config
    return {
        "provision_gke": True,
        "gke_cluster_version": cluster.cluster_version,
        "gke_enable_autopilot": options.get("enable_autopilot", False),
        "gke_instance_types": cluster.instance_types,
        "gke_node_min_size": cluster.node_min_size,
        "gke_node_max_size": cluster.node_max_size,
        "gke_node_desired_size": cluster.node_desired_size,
        "gke_disk_size_gb": cluster.node_disk_size_gb,
        "gke_cluster_admins": cluster.cluster_admins,
        "gke_pods_range_name": options.get("pods_range_name"),
        "gke_services_range_name": options.get("services_range_name"),
        "gke_deletion_protection": options.get("deletion_protection", stage is not Stage.DEVELOPMENT),
    }


def _dns(dns: Dns | None) -> Tfvars:
    if dns is None:
        return {"cloud_dns_enabled": False}
    return {
        "cloud_dns_enabled": dns.enabled,
        "cloud_dns_domain": dns.domain_name,
        "cloud_dns_zone_name": dns.zone_id,
        "cloud_dns_dnssec": dns.provider_config.get("dnssec", True),
        "cloud_dns_managed_certificate": dns.managed_certificate and dns.enabled,
        "cloud_armor_enabled": dns.waf_enabled,
    }


def _databases(config: SpecConfig) -> Tfvars:
    databases = {database.name: database for database in config.databases}
    tiers = {name: _tier_of(database) for name, database in databases.items()}
    return {
        "cloud_sql_engine": {name: _ENGINES[database.engine] for name, database in databases.items()},
        "cloud_sql_engine_version": {
            name: database.engine_version.replace(".", "_") for name, database in databases.items()
        },
        "cloud_sql_tier": tiers,
        "cloud_sql_edition": {
            name: "ENTERPRISE_PLUS" if tier.startswith(ENTERPRISE_PLUS) else "ENTERPRISE"
            for name, tier in tiers.items()
        },
        "cloud_sql_storage_gb": {
            name: database.provider_config.get("storage_gb", _DISK_GB) for name, database in databases.items()
        },
        "cloud_sql_port": {name: _PORTS[database.engine] for name, database in databases.items()},
        "cloud_sql_backup_retention_days": {
            name: database.backup_retention_days for name, database in databases.items()
        },
        "cloud_sql_iam_auth": {name: database.iam_auth for name, database in databases.items()},
        "cloud_sql_high_availability": {name: database.multi_az for name, database in databases.items()},
        "cloud_sql_read_replicas": {
            name: database.provider_config.get("read_replicas", int(database.multi_az))
            for name, database in databases.items()
        },
        "cloud_sql_deletion_protection": {
            name: database.deletion_protection for name, database in databases.items()
        },
    }


def _tier_of(database: Database) -> str:
    """The machine that a database runs on: the one that is asked for by name, or else by capacity."""
    tier: str = database.provider_config.get("tier") or TIERS[int(database.max_capacity)]
    return tier


def _caches(config: SpecConfig) -> Tfvars:
    caches = {cache.name: cache for cache in config.caches}
    memory = {name: CACHE_NODE_TYPES[cache.node_type] for name, cache in caches.items()}
    return {
        "memorystore_instance_type": {name: cache.node_type for name, cache in caches.items()},
        "memorystore_engine": {name: cache.engine for name, cache in caches.items()},
        "memorystore_tier": {
            name: "STANDARD_HA" if cache.num_cache_nodes > 1 or cache.multi_az else "BASIC"
            for name, cache in caches.items()
        },
        "memorystore_memory_size_gb": memory,
        "memorystore_redis_version": {
            name: f"REDIS_{cache.engine_version.replace('.', '_').upper()}" for name, cache in caches.items()
        },
        "memorystore_read_replicas": {
            name: cache.num_cache_nodes - 1 if memory[name] >= READ_REPLICAS_FROM_GIB else 0
            for name, cache in caches.items()
        },
    }


def _queue(queue: Queue) -> Tfvars:
    return {
        "ordered": queue.fifo,
        "ack_deadline_seconds": queue.visibility_timeout,
        "message_retention_seconds": queue.message_retention,
        "max_delivery_attempts": queue.dead_letter.max_receive_count if queue.dead_letter else None,
    }


def _subscription(receiver: Subscription) -> Tfvars:
    push = receiver.protocol == "push"
    return {"name": subscription_name(receiver), "push_endpoint": receiver.endpoint if push else None}


def subscription_name(receiver: Subscription) -> str:
    """What a receiver's subscription is called, after its topic's name: an address gives a digest."""
    if receiver.protocol == "pull":
        return receiver.endpoint
    return f"push-{hashlib.sha256(receiver.endpoint.encode()).hexdigest()[:8]}"


def _table(table: NosqlTable, config: SpecConfig) -> Tfvars:
    options = table.provider_config
    return {
        "location": table.global_replicas[0] if table.global_replicas else config.region,
        "hash_key": _field_path(table.hash_key),
        "range_key": _field_path(table.range_key) if table.range_key else None,
        "point_in_time_recovery": table.point_in_time_recovery,
        "ttl_attribute": _field_path(options["ttl_attribute"]) if "ttl_attribute" in options else None,
        "deletion_protection": options.get(
            "deletion_protection", config.environment_stage is not Stage.DEVELOPMENT
        ),
    }


def _field_path(field: str) -> str:
    """A field of a document as Firestore writes it: in backquotes, unless it is a plain word."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", field):
        return field
    escaped = field.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"
