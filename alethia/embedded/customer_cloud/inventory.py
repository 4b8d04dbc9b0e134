"""What exists in an emulated account: the answer to "did destroy leave anything behind?".

Read straight from moto's backends. What AWS puts into every account (the default VPC and its parts, its own
policies and keys, default groups), the roles that let us in, and what only waits to be forgotten does not
count.
"""

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from moto.backends import get_backend

from chalicelib.providers.aws.permissions import PATH as LINK_PATH
from chalicelib.providers.aws.worker_permissions import RUNNERS

from .ecs import GOING

Inventory = dict[str, list[str]]
"""``service:kind`` → ids, for kinds of which there is at least one."""


def inventory(account: str, region: str) -> Inventory:
    """Everything that somebody made in `account`, in `region` and in the services that have none."""
    found = {}
    for kind, (service, list_ids) in KINDS.items():
        place = "aws" if service in GLOBAL_SERVICES else region
        ids = sorted(list_ids(get_backend(service)[account][place]))
        if ids:
            found[kind] = ids
    found.update(_cloudfront_firewalls(account))
    return found


GLOBAL_SERVICES = frozenset({"iam", "route53", "s3"})


def _cloudfront_firewalls(account: str) -> Inventory:
    acls = get_backend("wafv2")[account]["aws"].wacls
    return {"wafv2:cloudfront-web-acl": sorted(acl.name for acl in acls.values())} if acls else {}


def _keys_of(attribute: str) -> Callable[[Any], Iterable[str]]:
    return lambda backend: getattr(backend, attribute).keys()


def _own_vpcs(ec2: Any) -> set[str]:
    return {vpc.id for vpc in ec2.vpcs.values() if not vpc.is_default}


def _subnets(ec2: Any) -> Iterator[str]:
    for zone in ec2.subnets.values():
        yield from (subnet.id for subnet in zone.values() if subnet.vpc_id in _own_vpcs(ec2))


def _security_groups(ec2: Any) -> Iterator[str]:
    for vpc_id in ec2.groups:
        yield from (group.id for group in ec2.groups[vpc_id].values() if group.name != "default")


def _route_tables(ec2: Any) -> Iterator[str]:
    return (table.id for table in ec2.route_tables.values() if table.vpc_id in _own_vpcs(ec2))


def _nat_gateways(ec2: Any) -> Iterator[str]:
    return (gateway.id for gateway in ec2.nat_gateways.values() if gateway.state != "deleted")


def _vpc_endpoints(ec2: Any) -> Iterator[str]:
    return (endpoint.id for endpoint in ec2.vpc_end_points.values() if endpoint.state != "deleted")


def _keys(kms: Any) -> Iterator[str]:
    for key in kms.keys.values():
        of_aws = any(alias.startswith("alias/aws/") for alias in key.aliases)
        if key.key_state != "PendingDeletion" and not of_aws:
            yield key.id


def _in_clusters(attribute: str) -> Callable[[Any], Iterator[str]]:
    def list_ids(eks: Any) -> Iterator[str]:
        for cluster in eks.clusters.values():
            yield from (f"{cluster.name}/{name}" for name in getattr(cluster, attribute))

    return list_ids


def _roles(iam: Any) -> Iterator[str]:
    """All but those that the customer made to let us in."""
    for role in iam.roles.values():
        if role.path != LINK_PATH or fnmatchcase(role.name, RUNNERS):
            yield role.name


def _active(ecs: Any) -> Iterator[str]:
    return (cluster.name for cluster in ecs.clusters.values() if cluster.status == "ACTIVE")


def _task_definitions(ecs: Any) -> Iterator[str]:
    for revisions in ecs.task_definitions.values():
        yield from (f"{one.family}:{one.revision}" for one in revisions.values() if one.status != GOING)


def _tasks(ecs: Any) -> Iterator[str]:
    for tasks in ecs.tasks.values():
        yield from (task.id for task in tasks.values() if task.last_status != "STOPPED")


KINDS: dict[str, tuple[Any, Callable[[Any], Iterable[str]]]] = {
    "acm:certificate": ("acm", _keys_of("_certificates")),
    "dynamodb:table": ("dynamodb", _keys_of("tables")),
    "ec2:elastic-ip": ("ec2", lambda ec2: (address.allocation_id for address in ec2.addresses)),
    "ec2:flow-log": ("ec2", _keys_of("flow_logs")),
    "ec2:instance": ("ec2", lambda ec2: (i.id for i in ec2.all_instances() if i.state != "terminated")),
    "ec2:internet-gateway": ("ec2", _keys_of("internet_gateways")),
    "ec2:launch-template": ("ec2", _keys_of("launch_templates")),
    "ec2:nat-gateway": ("ec2", _nat_gateways),
    "ec2:route-table": ("ec2", _route_tables),
    "ec2:security-group": ("ec2", _security_groups),
    "ec2:subnet": ("ec2", _subnets),
    "ec2:vpc": ("ec2", _own_vpcs),
    "ec2:vpc-endpoint": ("ec2", _vpc_endpoints),
    "ecr:repository": ("ecr", _keys_of("repositories")),
    "ecs:cluster": ("ecs", _active),
    "ecs:task": ("ecs", _tasks),
    "ecs:task-definition": ("ecs", _task_definitions),
    "eks:access-entry": ("eks", _in_clusters("access_entries")),
    "eks:addon": ("eks", _in_clusters("addons")),
    "eks:cluster": ("eks", _keys_of("clusters")),
    "eks:nodegroup": ("eks", _in_clusters("nodegroups")),
    "eks:pod-identity": ("eks", _in_clusters("pod_identities")),
    "elasticache:cluster": ("elasticache", _keys_of("cache_clusters")),
    "elasticache:parameter-group": ("elasticache", _keys_of("parameter_groups")),
    "elasticache:replication-group": ("elasticache", _keys_of("replication_groups")),
    "elasticache:snapshot": ("elasticache", _keys_of("snapshots")),
    "elasticache:subnet-group": ("elasticache", _keys_of("cache_subnet_groups")),
    "events:rule": ("events", lambda events: (n for bus in events.event_buses.values() for n in bus.rules)),
    "iam:instance-profile": ("iam", _keys_of("instance_profiles")),
    "iam:oidc-provider": ("iam", _keys_of("open_id_providers")),
    "iam:role": ("iam", _roles),
    "kms:key": ("kms", _keys),
    "logs:group": ("logs", _keys_of("groups")),
    "rds:cluster": ("rds", _keys_of("clusters")),
    "rds:cluster-parameter-group": ("rds", _keys_of("db_cluster_parameter_groups")),
    "rds:instance": ("rds", _keys_of("databases")),
    "rds:subnet-group": ("rds", _keys_of("subnet_groups")),
    "route53:zone": ("route53", lambda route53: (zone.name for zone in route53.zones.values())),
    "s3:bucket": ("s3", _keys_of("buckets")),
    "secretsmanager:secret": ("secretsmanager", lambda sm: (secret.name for secret in sm.secrets.values())),
    "sns:subscription": ("sns", _keys_of("subscriptions")),
    "sns:topic": ("sns", _keys_of("topics")),
    "sqs:queue": ("sqs", _keys_of("queues")),
    "wafv2:web-acl": ("wafv2", lambda waf: (acl.name for acl in waf.wacls.values())),
}
"""Each kind that counts → the moto backend that holds it, and how to list its ids."""
