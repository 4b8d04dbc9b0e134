"""EC2: tags and descriptions that come back the way they were set.

* A launch template's own tags turn up as tags of what it launches. Symptom: with default tags, every plan
  wants to remove a tag specification that the configuration never had.
* A security group rule that names another group loses its description. Symptom: a change at every plan.
* A security group is made in a network that there is not. Symptom: a wrong id in a form is told much later,
  by another call, and the group stays.
"""

from typing import Any

from moto.ec2.exceptions import InvalidVPCIdError
from moto.ec2.models.launch_templates import LaunchTemplateVersion
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from .patching import Method, around, around_property


def close_gaps() -> None:
    @around(LaunchTemplateVersion, "__init__")
    def keep_own_tags_out(original: Method, version: Any, *args: Any, **kwargs: Any) -> None:
        original(version, *args, **kwargs)
        specifications = version.data.pop("TagSpecifications", [])
        for_launched = [item for item in specifications if item["ResourceType"] != "launch-template"]
        if for_launched:
            version.data["TagSpecifications"] = for_launched

    @around(SecurityGroupBackend, "create_security_group")
    def in_a_network_that_is_there(original: Method, ec2: Any, *args: Any, **kwargs: Any) -> Any:
        vpc = args[2] if len(args) > 2 else kwargs.get("vpc_id")
        if vpc and vpc not in ec2.vpcs:
            raise InvalidVPCIdError(vpc)
        return original(ec2, *args, **kwargs)

    @around_property(SecurityGroupRule, "description")
    def of_a_group_too(original: Method, rule: Any) -> str | None:
        return original(rule) or (rule.source_group or {}).get("Description")
