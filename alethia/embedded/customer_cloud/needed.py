"""Which permissions a call needs: action, resource, and the condition keys that come with it.

As AWS's service authorization reference has it, for the calls that deploying and running a runner takes.
Another operation of these services needs the action of its own name on every resource.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.iam.models import iam_backends
from moto.secretsmanager.models import secretsmanager_backends

Context = Mapping[str, str]

PREFIXES = {"resourcegroupstaggingapi": "tag"}
ECS_TASKS = "ecs-tasks.amazonaws.com"
TAGS = {"ecs": "TagResource", "logs": "TagResource", "secretsmanager": "TagResource", "iam": "TagRole"}
"""What giving tags at the creation needs beside it."""


@dataclass(frozen=True)
class Needed:
    """One permission."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


class Call:
    """A call, as far as permissions depend on it."""

    def __init__(self, service: str, operation: str, response: Any) -> None:
        self.service, self.operation = service, operation
        self.account, self.region = response.current_account, response.region
        self._get = response._get_param

    def get(self, name: str) -> Any:
        """A parameter of it."""
        return self._get(name)

    def arn(self, service: str, resource: str, *, everywhere: bool = False) -> str:
        """An ARN in the caller's account."""
        return f"arn:aws:{service}:{'' if everywhere else self.region}:{self.account}:{resource}"

    def needs(self, resource: str = "*", context: Context | None = None, action: str = "") -> Needed:
        """A permission of the call's own service."""
        name = f"{PREFIXES.get(self.service, self.service)}:{action or self.operation}"
        return Needed(name, resource, context or {})

    @property
    def request_tags(self) -> dict[str, str]:
        """``aws:RequestTag/…`` of the tags that it gives."""
        given = self.get("Tags") or self.get("tags") or self.get("Tag") or []
        for specification in self.get("TagSpecifications") or []:
            given = [*given, *specification.get("Tags", [])]
        if isinstance(given, Mapping):
            return {f"aws:RequestTag/{key}": value for key, value in given.items()}
        return {
            f"aws:RequestTag/{one.get('Key', one.get('key'))}": one.get("Value", one.get("value", ""))
            for one in given
        }


def needed_for(service: str, operation: str, response: Any) -> Iterator[Needed]:
    """Everything that a call needs."""
    call = Call(service, operation, response)
    about = ABOUT.get(service)
    if about is None:
        yield call.needs()
        return
    first = ""
    for needed in about(call):
        first = first or needed.resource
        yield needed
    if call.request_tags and service in TAGS and operation.startswith(("Create", "Register")):
        yield call.needs(first, call.request_tags, TAGS[service])


def _cloudformation(call: Call) -> Iterator[Needed]:
    name = str(call.get("StackName") or "*")
    stack = name if name.startswith("arn:") else call.arn("cloudformation", f"stack/{name}/*")
    yield call.needs(stack, call.request_tags)
    if call.request_tags:
        yield call.needs(stack, call.request_tags, "TagResource")


def _ecs(call: Call) -> Iterator[Needed]:
    cluster = _short(call.get("cluster") or call.get("clusterName") or "default")
    in_cluster = {"ecs:cluster": call.arn("ecs", f"cluster/{cluster}")}
    match call.operation:
        case "CreateCluster" | "UpdateCluster" | "DeleteCluster":
            yield call.needs(in_cluster["ecs:cluster"], call.request_tags)
        case "DescribeClusters":
            for one in call.get("clusters") or []:
                yield call.needs(call.arn("ecs", f"cluster/{_short(one)}"))
        case "RegisterTaskDefinition":
            yield call.needs(call.arn("ecs", f"task-definition/{call.get('family')}:*"), call.request_tags)
            yield from _passed(call.get("taskRoleArn"), call.get("executionRoleArn"))
        case "DeleteTaskDefinitions":
            for one in call.get("taskDefinitions") or []:
                yield call.needs(call.arn("ecs", f"task-definition/{_short(one)}"))
        case "RunTask":
            definition = _short(call.get("taskDefinition"))
            yield call.needs(call.arn("ecs", f"task-definition/{definition}"), in_cluster)
            if call.get("propagateTags") or call.get("tags"):
                yield call.needs(call.arn("ecs", f"task/{cluster}/*"), in_cluster, "TagResource")
            yield from _passed(*_roles_of(call, definition))
        case "StopTask":
            yield call.needs(call.arn("ecs", f"task/{cluster}/{_short(call.get('task'))}"), in_cluster)
        case "DescribeTasks":
            for one in call.get("tasks") or []:
                yield call.needs(call.arn("ecs", f"task/{cluster}/{_short(one)}"), in_cluster)
        case "ListTasks":
            yield call.needs(context=in_cluster)
        case _:
            yield call.needs()


def _secrets(call: Call) -> Iterator[Needed]:
    if call.operation == "GetRandomPassword":
        yield call.needs()
        return
    name = str(call.get("SecretId") or call.get("Name") or "*")
    if name.startswith("arn:"):
        arn = name
    else:
        secrets = secretsmanager_backends[call.account][call.region].secrets.values()
        there = next((one.arn for one in secrets if one.name == name), None)
        arn = there or call.arn("secretsmanager", f"secret:{name}-??????")
    yield call.needs(arn, call.request_tags)


def _logs(call: Call) -> Iterator[Needed]:
    if call.operation.startswith("Describe"):
        yield call.needs()
    else:
        yield call.needs(call.arn("logs", f"log-group:{call.get('logGroupName')}"), call.request_tags)


def _iam(call: Call) -> Iterator[Needed]:
    name, context = call.get("RoleName"), dict(call.request_tags)
    if not name:
        yield call.needs()
        return
    roles = iam_backends[call.account]["aws"].roles.values()
    role = next((one for one in roles if one.name == name), None)
    if call.operation in ("CreateRole", "PutRolePermissionsBoundary"):
        boundary = call.get("PermissionsBoundary")
    else:
        boundary = role.permissions_boundary_arn if role else None
    if boundary:
        context["iam:PermissionsBoundary"] = boundary
    path = call.get("Path") or "/"
    yield call.needs(role.arn if role else call.arn("iam", f"role{path}{name}", everywhere=True), context)


OWNED = {
    "vpc": "VpcId",
    "subnet": "SubnetId",
    "internet-gateway": "InternetGatewayId",
    "route-table": "RouteTableId",
    "security-group": "GroupId",
}
"""EC2's kinds of resources here → the parameter that names one."""


def _ec2(call: Call) -> Iterator[Needed]:
    if call.operation.startswith("Describe"):
        yield call.needs()
        return
    kinds = [one["ResourceType"] for one in call.get("TagSpecifications") or []]
    if call.operation == "CreateTags":
        for one in call.get("Resources") or call.get("ResourceId") or []:
            yield call.needs(call.arn("ec2", f"*/{one}"), call.request_tags | _tags_of(call, one))
        return
    for kind in kinds:
        yield call.needs(call.arn("ec2", f"{kind}/*"), call.request_tags)
        created = call.request_tags | {"ec2:CreateAction": call.operation}
        yield call.needs(call.arn("ec2", f"{kind}/*"), created, "CreateTags")
    if call.operation == "DisassociateRouteTable":
        table = _table_of(call, call.get("AssociationId"))
        yield call.needs(call.arn("ec2", f"route-table/{table}"), _tags_of(call, table))
    named = {kind: call.get(parameter) for kind, parameter in OWNED.items() if call.get(parameter)}
    for kind, one in named.items():
        yield call.needs(call.arn("ec2", f"{kind}/{one}"), _tags_of(call, one))
    if not kinds and not named and call.operation != "DisassociateRouteTable":
        yield call.needs()


def _tags_of(call: Call, resource_id: str) -> dict[str, str]:
    tags = ec2_backends[call.account][call.region].tags.get(resource_id, {})
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}


def _table_of(call: Call, association: str) -> str:
    tables = ec2_backends[call.account][call.region].route_tables.values()
    return next((str(one.id) for one in tables if association in one._associations), "*")


def _passed(*roles: str | None) -> Iterator[Needed]:
    for role in roles:
        if role:
            yield Needed("iam:PassRole", role, {"iam:PassedToService": ECS_TASKS})


def _roles_of(call: Call, definition: str) -> tuple[str | None, str | None]:
    family, _, revision = definition.partition(":")
    revisions = ecs_backends[call.account][call.region].task_definitions.get(family, {})
    found = revisions.get(int(revision or 0)) or next(iter(revisions.values()), None)
    return getattr(found, "task_role_arn", None), getattr(found, "execution_role_arn", None)


def _short(name: Any) -> str:
    return str(name).rsplit("/", 1)[-1]


ABOUT: dict[str, Callable[[Call], Iterator[Needed]]] = {
    "cloudformation": _cloudformation,
    "ec2": _ec2,
    "ecs": _ecs,
    "iam": _iam,
    "logs": _logs,
    "secretsmanager": _secrets,
}
