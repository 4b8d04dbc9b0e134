"""What a container needs to run: cluster, task definition, log group, secret."""

from typing import Any

from botocore.exceptions import ClientError

from ..errors import ResourceFailed
from ..template import Json
from .base import Deed, Made, Replaced, already_exists, changes, failed, reported

CLUSTER_GONE = ("ClusterNotFoundException",)


class Cluster:
    """``AWS::ECS::Cluster``."""

    def create(self, deed: Deed) -> Made:
        ecs, name = deed.client("ecs"), deed.name("ClusterName")
        with reported():
            clusters = ecs.describe_clusters(clusters=[name])["clusters"]
            if any(one["status"] == "ACTIVE" for one in clusters):
                raise already_exists("AWS::ECS::Cluster", name)
            made = ecs.create_cluster(
                clusterName=name, settings=_lower(deed.get("ClusterSettings", [])), tags=_tags(deed)
            )
        return Made(name, {"Arn": made["cluster"]["clusterArn"]})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        if "ClusterName" in changes(deed, before):
            return None
        with reported():
            settings = _lower(deed.get("ClusterSettings", []))
            deed.client("ecs").update_cluster(cluster=there.physical_id, settings=settings)
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=CLUSTER_GONE):
            deed.client("ecs").delete_cluster(cluster=there.physical_id)


class TaskDefinition(Replaced):
    """``AWS::ECS::TaskDefinition``: each change is another revision."""

    def create(self, deed: Deed) -> Made:
        wanted = {name: value for name, value in deed.properties.items() if name not in ("Tags", "Family")}
        with reported():
            made = deed.client("ecs").register_task_definition(
                family=deed.name("Family"), tags=_tags(deed), **_typed(_lower(wanted))
            )
        arn = made["taskDefinition"]["taskDefinitionArn"]
        return Made(arn, {"TaskDefinitionArn": arn})

    def delete(self, deed: Deed, there: Made) -> None:
        with reported():
            deed.client("ecs").deregister_task_definition(taskDefinition=there.physical_id)


class LogGroup:
    """``AWS::Logs::LogGroup``."""

    def create(self, deed: Deed) -> Made:
        logs, name = deed.client("logs"), deed.name("LogGroupName")
        with reported():
            try:
                logs.create_log_group(logGroupName=name, tags=deed.tags)
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                    raise
                identifier = '{"/properties/LogGroupName":"' + name + '"}'
                raise already_exists("AWS::Logs::LogGroup", identifier) from None
            self._retain(deed, name)
        return Made(name, {"Arn": f"{deed.arn('logs', f'log-group:{name}')}:*"})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        if "LogGroupName" in changes(deed, before):
            return None
        with reported():
            self._retain(deed, there.physical_id)
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("ResourceNotFoundException",)):
            deed.client("logs").delete_log_group(logGroupName=there.physical_id)

    @staticmethod
    def _retain(deed: Deed, name: str) -> None:
        logs, days = deed.client("logs"), deed.get("RetentionInDays")
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            logs.delete_retention_policy(logGroupName=name)


class Secret:
    """``AWS::SecretsManager::Secret``. Its value is made once; what is put into it later stays."""

    def create(self, deed: Deed) -> Made:
        manager, wanted = deed.client("secretsmanager"), deed.get("GenerateSecretString")
        with reported():
            value = deed.get("SecretString", "")
            if wanted is not None:
                value = manager.get_random_password(**_password(wanted))["RandomPassword"]
            key = {"KmsKeyId": deed.get("KmsKeyId")} if deed.get("KmsKeyId") else {}
            arn = manager.create_secret(
                Name=deed.name("Name"),
                Description=deed.get("Description", ""),
                SecretString=value,
                Tags=deed.tag_list,
                **key,
            )["ARN"]
        return Made(arn, {"Id": arn})

    def update(self, deed: Deed, there: Made, before: Json) -> Made | None:
        changed = changes(deed, before)
        if "Name" in changed:
            return None
        if changed & {"GenerateSecretString", "SecretString"}:
            raise failed("This emulated cloud does not make a secret's value anew.", "InvalidRequest")
        with reported():
            deed.client("secretsmanager").update_secret(
                SecretId=there.physical_id, Description=deed.get("Description", "")
            )
        return there

    def delete(self, deed: Deed, there: Made) -> None:
        with reported(gone=("ResourceNotFoundException",)):
            deed.client("secretsmanager").delete_secret(
                SecretId=there.physical_id, ForceDeleteWithoutRecovery=True
            )


def _password(wanted: Json) -> dict[str, Any]:
    if "SecretStringTemplate" in wanted:
        raise ResourceFailed("This emulated cloud makes plain passwords only.")
    return {name: int(value) if name == "PasswordLength" else value for name, value in wanted.items()}


def _tags(deed: Deed) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in deed.tags.items()]


PLAIN = {"Options", "DockerLabels", "DriverOpts", "Labels"}
"""Properties whose keys are the customer's own."""


def _lower(value: Any) -> Any:
    """``ContainerDefinitions`` → ``containerDefinitions``, all the way down."""
    if isinstance(value, list):
        return [_lower(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {name[:1].lower() + name[1:]: one if name in PLAIN else _lower(one) for name, one in value.items()}


NUMBERS = {"containerPort", "hostPort", "memoryReservation", "sizeInGiB", "startTimeout", "stopTimeout"}


def _typed(value: Any, inside: bool = False) -> Any:
    """Numbers as numbers: a template may give them as text. A task's own cpu and memory are text."""
    if isinstance(value, list):
        return [_typed(one, True) for one in value]
    if not isinstance(value, dict):
        return value
    numbers = NUMBERS | ({"cpu", "memory"} if inside else set())
    return {
        name: int(one) if name in numbers and isinstance(one, str) else _typed(one, True)
        for name, one in value.items()
    } | ({} if inside else {name: str(value[name]) for name in ("cpu", "memory") if name in value})
