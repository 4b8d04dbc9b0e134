"""Findings of cdk-nag that stay as they are, each with the reason beside what it is about."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept findings on `scope` and on everything in it.

    Parameters
    ----------
    reasons : mapping
        cdk-nag's rule (``AwsSolutions-S1``, ``Serverless-LambdaDLQ``) → why it does not hold here.
    """
    Validations.of(scope).acknowledge(
        *(
            Acknowledgment(id=f"{rule.split('-')[0]}::{rule}", reason=reason)
            for rule, reason in reasons.items()
        )
    )


def acknowledge_wildcards(scope: IConstruct, resources: Sequence[str], reason: str) -> None:
    """Accept that policies in `scope` name these resources by a pattern; others are still found."""
    stack = Stack.of(scope)
    found = {_in_words(stack.resolve(resource)) for resource in resources if "*" in resource}
    acknowledge(scope, {f"AwsSolutions-IAM5[Resource::{resource}]": reason for resource in sorted(found)})


def _in_words(resolved: Any) -> str:
    """A resource as cdk-nag writes it: references stand in angle brackets."""
    match resolved:
        case str():
            return resolved
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [between, parts]}:
            return str(between).join(_in_words(part) for part in parts)
    raise ValueError(f"cdk-nag has no words for {resolved!r}")
