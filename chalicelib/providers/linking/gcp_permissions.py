"""What Alethia may do in a linked GCP project: the permissions of one custom role, enumerated.

What terraform's google provider asks for each type in ``templates/gcp`` is listed with the type: to create
it, read it, wait for it, change it and delete it. A test refuses a type that is missing here. Source: the
reference of each service's IAM permissions; nothing of it could be tried against GCP itself.

``resourcemanager.projects.setIamPolicy`` is not in the role. The service account gets it by a binding of its
own whose condition (:data:`GRANTABLE`) lets it grant the few roles that the template grants, and no other.
"""

from collections.abc import Iterator

TERRAFORM: dict[str, str] = {
    "google_project_service": """serviceusage.services: enable get list
        serviceusage.operations: get""",
    # Network
    "google_compute_network": """compute.networks: create get update updatePolicy use delete
        compute.globalOperations: get""",
    "google_compute_subnetwork": """compute.subnetworks: create get update use delete
        compute.networks: updatePolicy compute.regionOperations: get""",
    "google_compute_router": """compute.routers: create get update use delete
        compute.regionOperations: get""",
    "google_compute_router_nat": "compute.routers: get update compute.addresses: use",
    "google_compute_address": """compute.addresses: create get list use setLabels delete
        compute.regionOperations: get""",
    "google_compute_global_address": """compute.globalAddresses: create createInternal get list use setLabels
        delete deleteInternal compute.globalOperations: get compute.networks: use""",
    "google_service_networking_connection": """servicenetworking.services: addPeering get
        servicenetworking.operations: get compute.networks: addPeering removePeering updatePeering
        compute.networks: listPeeringRoutes""",
    "google_compute_firewall": """compute.firewalls: create get update delete
        compute.networks: updatePolicy compute.globalOperations: get""",
    # Cluster
    "google_container_cluster": """container.clusters: create get list update delete
        container.operations: get list compute.networks: use compute.subnetworks: use
        compute.instanceGroupManagers: get compute.zones: list iam.serviceAccounts: actAs""",
    "google_container_node_pool": """container.clusters: get update
        container.operations: get list compute.instanceGroupManagers: get iam.serviceAccounts: actAs""",
    "google_service_account": "iam.serviceAccounts: create get update delete",
    "google_service_account_iam_member": "iam.serviceAccounts: getIamPolicy setIamPolicy",
    "google_dns_managed_zone_iam_member": "dns.managedZones: get getIamPolicy setIamPolicy",
    "google_project_iam_member": "resourcemanager.projects: get getIamPolicy",
    "google_kms_key_ring": "cloudkms.keyRings: create get",
    "google_kms_crypto_key": """cloudkms.cryptoKeys: create get update
        cloudkms.cryptoKeyVersions: list destroy""",
    "google_kms_crypto_key_iam_member": "cloudkms.cryptoKeys: getIamPolicy setIamPolicy",
    # Names, certificates, web firewall
    "google_dns_managed_zone": "dns.managedZones: create get list update delete dns.projects: get",
    "google_dns_record_set": """dns.resourceRecordSets: create get list update delete
        dns.changes: create get dns.managedZones: get""",
    "google_certificate_manager_certificate": """certificatemanager.certs: create get list update use delete
        certificatemanager.operations: get""",
    "google_certificate_manager_dns_authorization": """certificatemanager.dnsauthorizations: create get use
        update delete certificatemanager.operations: get""",
    "google_certificate_manager_certificate_map": """certificatemanager.certmaps: create get list use update
        delete certificatemanager.operations: get""",
    "google_certificate_manager_certificate_map_entry": """certificatemanager.certmapentries: create get list
        update delete certificatemanager.operations: get""",
    "google_compute_security_policy": """compute.securityPolicies: create get update use setLabels delete
        compute.globalOperations: get""",
    # Data
    "google_sql_database_instance": """cloudsql.instances: create get list update restart delete
        compute.networks: use""",
    "google_sql_user": "cloudsql.users: create get list update delete",
    "google_redis_instance": """redis.instances: create get getAuthString list update updateAuth upgrade
        delete redis.operations: get""",
    "google_firestore_database": """datastore.databases: create getMetadata list update delete
        datastore.operations: get""",
    "google_firestore_index": """datastore.indexes: create get list delete
        datastore.operations: get""",
    "google_firestore_field": "datastore.indexes: get list update datastore.operations: get",
    "google_storage_bucket": """storage.buckets: create get list update getIamPolicy setIamPolicy delete
        storage.objects: list delete storage.anywhereCaches: list""",
    "google_storage_bucket_iam_member": "storage.buckets: getIamPolicy setIamPolicy",
    "google_artifact_registry_repository": """artifactregistry.repositories: create get update delete""",
    "google_secret_manager_secret": "secretmanager.secrets: create get update delete",
    "google_secret_manager_secret_version": """secretmanager.versions: add get list enable disable destroy""",
    "google_secret_manager_secret_iam_member": "secretmanager.secrets: getIamPolicy setIamPolicy",
    # Messages
    "google_pubsub_topic": "pubsub.topics: create get list update attachSubscription delete",
    "google_pubsub_topic_iam_member": "pubsub.topics: getIamPolicy setIamPolicy",
    "google_pubsub_subscription": "pubsub.subscriptions: create get list update delete",
    "google_pubsub_subscription_iam_member": "pubsub.subscriptions: getIamPolicy setIamPolicy",
}
"""Type → what is asked of GCP for it: ``service.resource: verb verb``, as often as needed."""

LOOKING = """resourcemanager.projects: get compute.networks: list compute.regions: list compute.routes: list
    compute.subnetworks: list dns.managedZones: list"""
"""For lists of what a form can offer."""

GRANTABLE: tuple[str, ...] = (
    "roles/artifactregistry.reader",
    "roles/container.admin",
    "roles/dns.reader",
    "roles/logging.logWriter",
    "roles/monitoring.metricWriter",
    "roles/monitoring.viewer",
    "roles/stackdriver.resourceMetadata.writer",
)
"""Roles that the template grants in the project, to the service accounts that it makes and
the cluster's admins."""


def permissions() -> tuple[str, ...]:
    """Every permission of the custom role, sorted."""
    asked = [LOOKING, *TERRAFORM.values()]
    return tuple(sorted({permission for text in asked for permission in permissions_in(text)}))


def permissions_in(text: str) -> Iterator[str]:
    """``compute.networks: get use`` → ``compute.networks.get``, ``compute.networks.use``."""
    resource = ""
    for word in text.split():
        if word.endswith(":"):
            resource = word[:-1]
        else:
            yield f"{resource}.{word}"
