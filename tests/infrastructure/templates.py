"""Reading a CloudFormation template in tests."""

import re
from collections.abc import Iterator
from typing import Any

from chalicelib.adapters.dynamodb.tables import JobsTable

Resource = dict[str, Any]


def of_type(template: dict[str, Any], kind: str) -> dict[str, Resource]:
    """Logical id → properties of all resources of a type."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def walk(value: Any) -> Iterator[Any]:
    """Everything inside a value, and the value."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(inner)


def references(resource: Resource) -> set[str]:
    """Logical ids that a resource waits for, in every way that CloudFormation knows."""
    found: set[str] = set()
    for value in walk(resource):
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("Ref"), str):
            found.add(value["Ref"])
        if target := value.get("Fn::GetAtt"):
            found.add(target[0] if isinstance(target, list) else target.split(".")[0])
        if text := value.get("Fn::Sub"):
            found |= set(re.findall(r"\$\{(\w+)", text if isinstance(text, str) else text[0]))
    waits_for = resource.get("DependsOn", [])
    return found | set([waits_for] if isinstance(waits_for, str) else waits_for)


def circles(template: dict[str, Any]) -> list[list[str]]:
    """Chains of resources that wait for each other; CloudFormation refuses a template that has one."""
    resources = template["Resources"]
    waits_for = {name: references(resource) & set(resources) for name, resource in resources.items()}
    found: list[list[str]] = []
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for following in sorted(waits_for[name]):
                follow(following, [*path, name])
            done.add(name)

    for name in resources:
        follow(name, [])
    return found


def statements_of_role(template: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """What the policies attached to a role (by its logical id) say."""
    attached = (
        policy["PolicyDocument"]["Statement"]
        for policy in of_type(template, "AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Roles"]
    )
    inline = (
        policy["PolicyDocument"]["Statement"]
        for policy in template["Resources"][role]["Properties"].get("Policies", [])
    )
    return [statement for statements in (*attached, *inline) for statement in statements]


def as_list(value: Any) -> list[Any]:
    """IAM's "one or many"."""
    return value if isinstance(value, list) else [value]


def functions(template: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Chalice's name → logical id of the role, properties."""
    found = {}
    for name, properties in of_type(template, "AWS::Lambda::Function").items():
        short = re.fullmatch(r"Functions(\w+)[0-9A-F]{8}", name)
        assert short, f"{name} is no function of the app"
        found[short[1]] = properties["Role"]["Fn::GetAtt"][0], properties
    return found


def table_of(template: dict[str, Any], rows: Any) -> dict[str, Any]:
    short = "Jobs" if rows is JobsTable else "Specs"
    (table,) = [
        properties
        for name, properties in of_type(template, "AWS::DynamoDB::Table").items()
        if name.startswith(f"Tables{short}")
    ]
    return table


def task_definition(template: dict[str, Any]) -> dict[str, Any]:
    (task,) = of_type(template, "AWS::ECS::TaskDefinition").values()
    return task
