"""What a template says, with its parameters filled in.

Of the intrinsic functions those that this project's templates use; another one is refused by name, so that no
template seems to work.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from moto.cloudformation.utils import yaml_tag_constructor

from .errors import ValidationError

Json = dict[str, Any]

PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")
NOTHING = object()
"""``AWS::NoValue``: a property that is not there."""

NAMED_IAM = {"AWS::IAM::Role": "RoleName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName"}


@dataclass(frozen=True)
class Place:
    """What the pseudo parameters of a stack stand for."""

    account_id: str
    region: str
    stack_name: str
    stack_id: str

    @property
    def pseudo(self) -> dict[str, Any]:
        return {
            "AWS::AccountId": self.account_id,
            "AWS::Region": self.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self.stack_name,
            "AWS::StackId": self.stack_id,
            "AWS::NoValue": NOTHING,
        }


def parse(text: str) -> Json:
    """A template's text, JSON or YAML."""
    try:
        if text.lstrip().startswith("{"):
            parsed = json.loads(text)
        else:
            yaml.add_multi_constructor("", yaml_tag_constructor)
            parsed = yaml.load(text, Loader=yaml.Loader)  # noqa: S506  as moto, of our own templates
    except (ValueError, yaml.YAMLError) as error:
        raise ValidationError(f"Template format error: {error}") from None
    if not isinstance(parsed, dict) or not parsed.get("Resources"):
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    return parsed


def needed_capability(template: Json) -> str | None:
    """What whoever deploys it has to acknowledge."""
    types = [resource["Type"] for resource in template["Resources"].values()]
    if not any(one.startswith("AWS::IAM::") for one in types):
        return None
    named = any(
        NAMED_IAM.get(resource["Type"], "-") in resource.get("Properties", {})
        for resource in template["Resources"].values()
    )
    return "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"


def fill_in(template: Json, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of all parameters.

    Raises
    ------
    ValidationError
        One is missing, unknown, or not as the template wants it.
    """
    declared: Json = template.get("Parameters", {})
    if unknown := sorted(given.keys() - declared.keys()):
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, one in declared.items() if name not in given and "Default" not in one]
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    return {
        name: _value(name, one, str(given.get(name, one.get("Default")))) for name, one in declared.items()
    }


def _value(name: str, declared: Json, value: str) -> Any:
    pattern, allowed = declared.get("AllowedPattern"), declared.get("AllowedValues")
    if pattern is not None and not re.fullmatch(pattern, value):
        raise ValidationError(f"Parameter {name} failed to satisfy constraint: must match pattern {pattern}")
    if allowed is not None and value not in [str(one) for one in allowed]:
        raise ValidationError(f"Parameter '{name}' must be one of AllowedValues")
    kind = declared.get("Type", "String")
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [part.strip() for part in value.split(",")] if value else []
    return value


class Reader:
    """Reads values of a template while its stack is made.

    Parameters
    ----------
    attribute : Callable[[str, str | None], Any]
        An attribute of a resource by logical id and name; with ``None``, what ``Ref`` gives.
    zones : Callable[[str], list[str]]
        The availability zones of a region, as whoever asked for the stack may know them.
    """

    def __init__(
        self,
        template: Json,
        parameters: Mapping[str, Any],
        place: Place,
        attribute: Callable[[str, str | None], Any],
        zones: Callable[[str], list[str]],
    ) -> None:
        self._template = template
        self._known = dict(parameters) | place.pseudo
        self._region = place.region
        self._attribute = attribute
        self._zones = zones

    def holds(self, condition: str | None) -> bool:
        """Whether a named condition holds; without a name: yes."""
        if condition is None:
            return True
        conditions = self._template.get("Conditions", {})
        if condition not in conditions:
            raise ValidationError(f"Template error: unresolved condition dependency {condition}")
        return bool(self.read(conditions[condition]))

    def read(self, value: Any) -> Any:
        """`value` with every function in it replaced by what it gives."""
        if isinstance(value, list):
            return [one for one in map(self.read, value) if one is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref" or name == "Condition" or name.startswith("Fn::"):
                return self._function(name, argument)
        read = {name: self.read(one) for name, one in value.items()}
        return {name: one for name, one in read.items() if one is not NOTHING}

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Condition":
                return self.holds(argument) if isinstance(argument, str) else {name: self.read(argument)}
            case "Fn::GetAtt":
                resource, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                return self._attribute(resource, attribute)
            case "Fn::If":
                condition, then, otherwise = argument
                return self.read(then if self.holds(condition) else otherwise)
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::GetAZs":
                return self._zones(str(self.read(argument) or self._region))
        return self._plain(name, self.read(argument))

    def _plain(self, name: str, read: Any) -> Any:
        """Functions of values that are read already."""
        match name:
            case "Fn::Join":
                return str(read[0]).join(str(one) for one in read[1])
            case "Fn::Split":
                return str(read[1]).split(read[0])
            case "Fn::Select":
                return read[1][int(read[0])]
            case "Fn::Base64":
                return base64.b64encode(str(read).encode()).decode()
            case "Fn::FindInMap":
                return self._template["Mappings"][read[0]][read[1]][read[2]]
            case "Fn::Equals":
                return read[0] == read[1]
            case "Fn::Not":
                return not read[0]
            case "Fn::And":
                return all(read)
            case "Fn::Or":
                return any(read)
        raise ValidationError(f"Template error: this emulated cloud does not know {name}")

    def _ref(self, name: str) -> Any:
        return self._known[name] if name in self._known else self._attribute(name, None)

    def _sub(self, argument: Any) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})

        def replace(found: re.Match[str]) -> str:
            literal, name = found.groups()
            if literal:
                return "${" + name + "}"
            if name in own:
                return str(self.read(own[name]))
            if "." in name:
                return str(self._attribute(*name.split(".", 1)))
            return str(self._ref(name))

        return PLACEHOLDER.sub(replace, text)


def in_order(resources: Json) -> list[str]:
    """Logical ids, each after what it depends on.

    Raises
    ------
    ValidationError
        They depend on each other in a circle.
    """
    ordered: list[str] = []
    visiting: set[str] = set()

    def visit(name: str) -> None:
        if name in ordered:
            return
        if name in visiting:
            raise ValidationError(f"Circular dependency between resources: [{', '.join(sorted(visiting))}]")
        visiting.add(name)
        for other in _named(resources[name]):
            if other in resources and other != name:
                visit(other)
        visiting.discard(name)
        ordered.append(name)

    for name in resources:
        visit(name)
    return ordered


def _named(value: Any) -> Iterator[str]:
    """Whatever a resource may refer to."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == "Ref" and isinstance(one, str):
                yield one
            elif key == "DependsOn":
                yield from [one] if isinstance(one, str) else one
            elif key == "Fn::GetAtt":
                yield one[0] if isinstance(one, list) else str(one).split(".")[0]
            elif key == "Fn::Sub":
                text = one[0] if isinstance(one, list) else one
                yield from (name.split(".")[0] for _, name in PLACEHOLDER.findall(text))
                yield from _named(one[1] if isinstance(one, list) else {})
            else:
                yield from _named(one)
