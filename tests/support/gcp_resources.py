"""What a spec makes on GCP: how many resources of which type, and which services must be on.

Counted from the spec, kind by kind, for tests that compare it with what terraform plans.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.domain.components import Database, Dns, Network, NosqlTable, Queue, StorageBucket, Topic
from chalicelib.domain.spec import each_component
from chalicelib.domain.spec_config import SpecConfig
from chalicelib.domain.words import ComponentKind
from tests.support.offline_terraform import Resources


def resources_of(config: SpecConfig) -> dict[str, int]:
    """Type of resource → how many of it `config` makes."""
    return dict(sum(_parts(config), Counter()))


def services_of(config: SpecConfig) -> set[str]:
    """The services of GCP that `config` uses, such as ``pubsub``."""
    return set(_services(config))


def no_value_is_kept(made: Resources) -> bool:
    """Whether no generated value is in a plan or a state, where terraform itself writes it."""
    generated = {
        "google_secret_manager_secret_version": ("secret_data", "secret_data_wo"),
        "google_sql_user": ("password", "password_wo"),
    }
    kept = [
        resource.values.get(name)
        for of_type, names in generated.items()
        for resource in made.of_type(of_type)
        for name in names
    ]
    return bool(kept) and set(kept) == {None}


def _parts(config: SpecConfig) -> Iterator[Counter[str]]:
    """One count for each component, and for what they share."""
    if config.network and config.network.provision_network:
        yield a_network(config.network, with_services=bool(config.databases or config.caches))
    if config.cluster:
        yield a_cluster(config)
    if config.dns:
        yield a_zone(config.dns)
    for kind, made in MADE_FOR.items():
        yield from (made(component) for found, _, component in each_component(config) if found is kind)
    encrypted = any(bucket.encryption for bucket in config.storage_buckets)
    keys = bool(config.cluster) + encrypted
    yield Counter(google_kms_crypto_key=keys, google_kms_crypto_key_iam_member=keys) + Counter()
    yield Counter(google_kms_key_ring=min(keys, 1), terraform_data=min(keys, 1)) + Counter()
    yield Counter(google_project_service=len(set(_services(config)))) + Counter()


def a_network(network: Network, *, with_services: bool) -> Counter[str]:
    made = Counter(
        google_compute_network=1,
        google_compute_subnetwork=1,
        google_compute_firewall=1,
        google_compute_router=1,
        google_compute_router_nat=1,
        google_compute_address=1 if network.single_nat_gateway else 3,
    )
    if with_services:
        made += Counter(google_compute_global_address=1, google_service_networking_connection=1)
    return made


def a_cluster(config: SpecConfig) -> Counter[str]:
    assert config.cluster
    zone = bool(config.dns and config.dns.enabled)
    controllers = 3 if zone else 1
    admins, for_nodes, for_zones = len(config.cluster.cluster_admins), 5, 2 if zone else 0
    return +Counter(
        google_container_cluster=1,
        google_container_node_pool=0 if config.cluster.provider_config.get("enable_autopilot") else 1,
        google_service_account=controllers + 1,
        google_service_account_iam_member=controllers,
        google_project_iam_member=admins + for_nodes + for_zones,
        google_dns_managed_zone_iam_member=for_zones,
        google_secret_manager_secret_iam_member=len(config.secrets + config.databases + config.caches),
    )


def a_zone(dns: Dns) -> Counter[str]:
    certificate = dns.managed_certificate and dns.enabled
    return +Counter(
        google_dns_managed_zone=int(dns.enabled and dns.zone_id is None),
        google_certificate_manager_certificate=int(certificate),
        google_certificate_manager_dns_authorization=int(certificate),
        google_dns_record_set=int(certificate),
        google_certificate_manager_certificate_map=int(certificate),
        google_certificate_manager_certificate_map_entry=2 * certificate,
        google_compute_security_policy=int(dns.waf_enabled),
    )


def a_database(database: Database) -> Counter[str]:
    replicas = database.provider_config.get("read_replicas", int(database.multi_az))
    secret = Counter(google_secret_manager_secret=1, google_secret_manager_secret_version=1)
    return Counter(google_sql_database_instance=1 + replicas, google_sql_user=1) + secret


def a_queue(queue: Queue) -> Counter[str]:
    made = Counter(google_pubsub_topic=1, google_pubsub_subscription=1)
    if queue.dead_letter:
        made += made + Counter(google_pubsub_topic_iam_member=1, google_pubsub_subscription_iam_member=1)
    return made


def a_topic(topic: Topic) -> Counter[str]:
    return +Counter(google_pubsub_topic=1, google_pubsub_subscription=len(topic.subscriptions))


def a_table(table: NosqlTable) -> Counter[str]:
    return +Counter(
        google_firestore_database=1,
        google_firestore_index=int(table.range_key is not None),
        google_firestore_field=int("ttl_attribute" in table.provider_config),
    )


def a_bucket(bucket: StorageBucket) -> Counter[str]:
    return +Counter(google_storage_bucket=1, google_storage_bucket_iam_member=int(bucket.public_access))


MADE_FOR: dict[ComponentKind, Callable[[Any], Counter[str]]] = {
    ComponentKind.DATABASE: a_database,
    ComponentKind.CACHE: lambda cache: Counter(
        google_redis_instance=1, google_secret_manager_secret=1, google_secret_manager_secret_version=1
    ),
    ComponentKind.QUEUE: a_queue,
    ComponentKind.TOPIC: a_topic,
    ComponentKind.NOSQL_TABLE: a_table,
    ComponentKind.CONTAINER_REGISTRY: lambda registry: Counter(google_artifact_registry_repository=1),
    ComponentKind.STORAGE_BUCKET: a_bucket,
    ComponentKind.SECRET: lambda secret: (
        +Counter(google_secret_manager_secret=1, google_secret_manager_secret_version=int(secret.generate))
    ),
}


def _services(config: SpecConfig) -> Iterator[str]:
    if config.network:
        yield "compute"
    # A network of somebody else's has been peered by its owner: instances need the service here all the same.
    yield from ["servicenetworking"] * bool(config.databases or config.caches)
    if config.cluster:
        yield from ("container", "cloudkms", "iam")
    if config.dns:
        yield from ["dns"] * config.dns.enabled + ["compute"] * config.dns.waf_enabled
        yield from ["certificatemanager"] * (config.dns.enabled and config.dns.managed_certificate)
    yield from ["sqladmin", "secretmanager"] * bool(config.databases)
    yield from ["redis", "secretmanager"] * bool(config.caches)
    yield from ["pubsub"] * bool(config.queues or config.topics)
    yield from ["firestore"] * bool(config.nosql_tables)
    yield from ["artifactregistry"] * bool(config.container_registries)
    yield from ["containerscanning"] * any(one.scan_on_push for one in config.container_registries)
    yield from ["storage"] * bool(config.storage_buckets)
    yield from ["cloudkms"] * any(one.encryption for one in config.storage_buckets)
    yield from ["secretmanager"] * bool(config.secrets)
