"""SpecConfig → the variables of ``templates/aws``.

Two rules hold, and ``tests/contract/test_tfvars_contract.py`` proves both: every variable that is emitted is
declared by the template, and every component of the spec arrives in one. Repositories have no variable:
they are for what is installed in the cluster after terraform.
"""

from chalicelib.domain.components import Cluster, Database, Dns, Network, NosqlTable, Queue, Topic
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import Stage

from ..base import Tfvars
from .permissions import boundary_of


def variables(config: SpecConfig, owner: Owner) -> Tfvars:
    """Every value of `config` as the template's variables; its options are known to be right."""
    return {
        "project_name": config.project_name,
        "region": config.region,
        "environment": config.environment_stage.value,
        "aws_account_id": config.account_id,
        "zone_id": owner.zone_id,
        "spec_id": owner.spec_id,
        "permissions_boundary": boundary_of(config.role_reference),
        **_network(config.network),
        **_cluster(config.cluster),
        "cluster_endpoint_public_access_cidrs": config.network.allowed_cidr_blocks if config.network else [],
        **_dns(config.dns),
        "rds_config": {database.name: _database(database) for database in config.databases},
        **_caches(config),
        "sqs_queues": {queue.name: _queue(queue) for queue in config.queues},
        "sns_topics": {topic.name: _topic(topic) for topic in config.topics},
        **_tables(config),
        "ecr_names_map": {
            registry.name: {
                "image_tag_mutability": registry.image_tag_mutability,
                "scan_on_push": registry.scan_on_push,
            }
            for registry in config.container_registries
        },
        "bucket_configuration": [bucket.model_dump(mode="json") for bucket in config.storage_buckets],
        "custom_secrets": [secret.model_dump(mode="json") for secret in config.secrets],
    }


def _network(network: Network | None) -> Tfvars:
    if network is None:
        return {"provision_vpc": False, "vpc_id": None}
    return {
        "provision_vpc": network.provision_network,
        "vpc_cidr": network.cidr_block,
        "vpc_single_nat_gateway": network.single_nat_gateway,
        "vpc_id": network.network_id,
        "vpc_private_subnet_ids": network.private_subnet_ids,
        "vpc_public_subnet_ids": network.public_subnet_ids,
    }


def _cluster(cluster: Cluster | None) -> Tfvars:
    if cluster is None:
        return {"provision_eks": False}
    return {
        "provision_eks": True,
        "eks_cluster_version": cluster.cluster_version,
        "eks_instance_types": cluster.instance_types,
        "eks_ng_min_size": cluster.node_min_size,
        "eks_ng_max_size": cluster.node_max_size,
        "eks_ng_desired_size": cluster.node_desired_size,
        "eks_disk_size": cluster.node_disk_size_gb,
        "eks_cluster_admins": cluster.cluster_admins,
        "enable_karpenter": cluster.provider_config.get("enable_karpenter", False),
    }


def _dns(dns: Dns | None) -> Tfvars:
    if dns is None:
        return {"cloud_dns_enabled": False}
    return {
        "cloud_dns_enabled": dns.enabled,
        "dns_hosted_zone": dns.zone_id,
        "dns_main_domain": dns.domain_name,
        "acm_certificate_enable": dns.managed_certificate and dns.enabled,
        "application_waf_enabled": dns.waf_enabled,
        "cloudfront_waf_enabled": dns.provider_config.get("cloudfront_waf_enabled", False),
    }


def _database(database: Database) -> Tfvars:
    return {
        "engine": database.engine,
        "engine_version": database.engine_version,
        "min_capacity": database.min_capacity,
        "max_capacity": database.max_capacity,
        "port": database.port,
        "backup_retention_days": database.backup_retention_days,
        "iam_auth": database.iam_auth,
        "multi_az": database.multi_az,
        "deletion_protection": database.deletion_protection,
    }


def _caches(config: SpecConfig) -> Tfvars:
    caches = {cache.name: cache for cache in config.caches}
    return {
        "redis_instance_type": {name: cache.node_type for name, cache in caches.items()},
        "redis_cluster_size": {name: cache.num_cache_nodes for name, cache in caches.items()},
        "redis_engine": {name: cache.engine for name, cache in caches.items()},
        "redis_engine_version": {name: cache.engine_version for name, cache in caches.items()},
        "redis_multi_az_enabled": {name: cache.multi_az for name, cache in caches.items()},
        "redis_allowed_cidr_blocks": {name: cache.allowed_cidr_blocks for name, cache in caches.items()},
    }


def _queue(queue: Queue) -> Tfvars:
    return {
        "fifo": queue.fifo,
        "visibility_timeout_seconds": queue.visibility_timeout,
        "message_retention_seconds": queue.message_retention,
        "delay_seconds": queue.delay_seconds,
        "max_receive_count": queue.dead_letter.max_receive_count if queue.dead_letter else None,
    }


def _topic(topic: Topic) -> Tfvars:
    return {"subscriptions": [subscription.model_dump(mode="json") for subscription in topic.subscriptions]}


def _tables(config: SpecConfig) -> Tfvars:
    keep = config.environment_stage is not Stage.DEVELOPMENT
    standard, copied = [], []
    for table in config.nosql_tables:
        entry = _table(table, keep=keep)
        if table.table_type == "global":
            copied.append({**entry, "global_replicas": table.global_replicas})
        else:
            standard.append(entry)
    return {"ddb_table_configuration": standard, "ddb_global_table_configuration": copied}


def _table(table: NosqlTable, *, keep: bool) -> Tfvars:
    options = table.provider_config
    return {
        "name": table.name,
        "hash_key": table.hash_key,
        "hash_key_type": table.hash_key_type,
        "range_key": table.range_key,
        "range_key_type": table.range_key_type,
        "billing_mode": table.billing_mode,
        "read_capacity": options.get("read_capacity"),
        "write_capacity": options.get("write_capacity"),
        "point_in_time_recovery": table.point_in_time_recovery,
        "ttl_attribute": options.get("ttl_attribute"),
        "deletion_protection": options.get("deletion_protection", keep),
    }
