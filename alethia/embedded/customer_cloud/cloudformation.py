"""CloudFormation: a role gets its managed policies, and OIDC providers can be made.

* moto's roles of a stack ignore ``ManagedPolicyArns``. Symptom: an account that was linked by the template
  may do nothing, and every permission is missing.
* moto leaves a stack's managed policies behind when it is deleted. Symptom: the link can't be made again.
* moto's stacks have no ``AWS::IAM::OIDCProvider``. Symptom: a link by web identity trusts a provider that is
  not there.
"""

from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.iam.models import IAMBackend, ManagedPolicy, Role, iam_backends
from moto.utilities.utils import get_partition

Properties = dict[str, Any]


def close_gaps() -> None:
    make = Role.__dict__["create_from_cloudformation_json"].__func__
    remove = Role.__dict__["delete_from_cloudformation_json"].__func__

    def with_its_policies(
        cls: type[Role],
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **more: Any,
    ) -> Role:
        role: Role = make(cls, resource_name, cloudformation_json, account_id, region_name, **more)
        backend = _backend(account_id, region_name)
        for arn in cloudformation_json["Properties"].get("ManagedPolicyArns", []):
            backend.attach_role_policy(arn, role.name)
        return role

    def with_its_attachments(
        cls: type[Role],
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> None:
        _backend(account_id, region_name).get_role(resource_name).managed_policies.clear()
        remove(cls, resource_name, cloudformation_json, account_id, region_name)

    def delete_policy(
        cls: type[ManagedPolicy],
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> None:
        _backend(account_id, region_name).managed_policies.pop(resource_name, None)

    replaced: tuple[tuple[type, str, Any], ...] = (
        (Role, "create_from_cloudformation_json", with_its_policies),
        (Role, "delete_from_cloudformation_json", with_its_attachments),
        (ManagedPolicy, "delete_from_cloudformation_json", delete_policy),
    )
    for owner, name, method in replaced:
        setattr(owner, name, classmethod(method))


class StackProvider(CloudFormationModel):
    """An OIDC provider of a stack; moto finds it by its being a subclass."""

    def __init__(self, arn: str) -> None:
        self.physical_resource_id = arn
        self.arn = arn

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::IAM::OIDCProvider"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
        **more: Any,
    ) -> "StackProvider":
        properties = cloudformation_json["Properties"]
        made = _backend(account_id, region_name).create_open_id_connect_provider(
            url=properties["Url"],
            thumbprint_list=properties.get("ThumbprintList", ["0" * 40]),
            client_id_list=properties.get("ClientIdList", []),
            tags=[],
        )
        return cls(made.arn)

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> None:
        _backend(account_id, region_name).delete_open_id_connect_provider(resource_name)


def _backend(account_id: str, region_name: str) -> IAMBackend:
    return iam_backends[account_id][get_partition(region_name)]
