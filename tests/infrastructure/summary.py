"""A template in words: what there is, its settings that matter, and what each role may do on what.

``python -m tests.infrastructure.summary`` writes the summaries that are committed. What is left out changes
with every release (hashes of code, the API's document) or follows from the rest (networks' routes).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.infrastructure.templates import as_list, statements_of_role

FOLDER = Path(__file__).parent / "summaries"

SETTINGS: dict[str, tuple[str, ...]] = {
    "AWS::ApiGateway::RestApi": ("Name", "EndpointConfiguration"),
    "AWS::ApiGateway::Stage": ("StageName", "MethodSettings", "TracingEnabled"),
    "AWS::CloudWatch::Alarm": (
        "AlarmName",
        "ComparisonOperator",
        "Threshold",
        "EvaluationPeriods",
        "TreatMissingData",
    ),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::Cognito::UserPool": ("UserPoolName", "DeletionProtection", "MfaConfiguration", "UserPoolTier"),
    "AWS::Cognito::UserPoolClient": ("ExplicitAuthFlows", "AllowedOAuthFlows", "GenerateSecret"),
    "AWS::DynamoDB::Table": (
        "BillingMode",
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TimeToLiveSpecification",
    ),
    "AWS::EC2::SecurityGroup": ("SecurityGroupIngress", "SecurityGroupEgress"),
    "AWS::EC2::Subnet": ("MapPublicIpOnLaunch",),
    "AWS::ECR::Repository": ("ImageTagMutability", "RepositoryPolicyText"),
    "AWS::ECS::TaskDefinition": ("Family", "Cpu", "Memory", "RuntimePlatform"),
    "AWS::Events::Rule": ("ScheduleExpression", "EventPattern"),
    "AWS::KMS::Key": ("KeySpec", "KeyUsage", "EnableKeyRotation"),
    "AWS::Lambda::Function": ("FunctionName", "Handler", "MemorySize", "Timeout", "TracingConfig"),
    "AWS::Lambda::Permission": ("Principal",),
    "AWS::Logs::LogGroup": ("RetentionInDays",),
    "AWS::S3::Bucket": ("BucketEncryption", "PublicAccessBlockConfiguration", "VersioningConfiguration"),
    "AWS::SNS::Subscription": ("Protocol", "Endpoint"),
    "AWS::SNS::Topic": ("TopicName",),
    "AWS::SecretsManager::RotationSchedule": ("RotationRules", "RotateImmediatelyOnUpdate"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "TracingConfiguration"),
}
"""Type → properties that are shown; of other types only that they are there."""

LEFT_OUT = (
    "AWS::ApiGateway::Deployment",  # named after the API's document
    "AWS::CDK::",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::IAM::Policy",  # shown with its role
)


def summary(template: dict[str, Any]) -> str:
    """The text, one paragraph for each type."""
    by_type: dict[str, list[str]] = {}
    for name, resource in template["Resources"].items():
        if not resource["Type"].startswith(LEFT_OUT):
            by_type.setdefault(resource["Type"], []).append(name)
    lines: list[str] = []
    for kind in sorted(by_type):
        lines += ["", kind]
        for name in sorted(by_type[kind], key=short):
            lines += _resource(template, name, kind)
    outputs = sorted(name for name in template["Outputs"])
    return "\n".join([*lines[1:], "", "Outputs", *(f"  {name}" for name in outputs), ""])


def _resource(template: dict[str, Any], name: str, kind: str) -> Iterator[str]:
    resource = template["Resources"][name]
    kept = "  (kept)" if resource.get("DeletionPolicy") == "Retain" else ""
    yield f"  {short(name)}{kept}"
    properties = resource.get("Properties", {})
    shown = [setting for setting in SETTINGS.get(kind, ()) if setting in properties]
    if shown:
        yield "    " + "; ".join(f"{setting}: {words(properties[setting])}" for setting in shown)
    if kind == "AWS::IAM::Role":
        yield from _role(template, name)


def _role(template: dict[str, Any], name: str) -> Iterator[str]:
    for statement in template["Resources"][name]["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
        yield f"    trusts {words(statement['Principal'])}{_condition(statement)}"
    may: dict[str, set[str]] = {}
    for statement in statements_of_role(template, name):
        on = ", ".join(sorted(words(resource) for resource in as_list(statement["Resource"])))
        may.setdefault(f"{on}{_condition(statement)}", set()).update(as_list(statement["Action"]))
    for on, actions in sorted(may.items()):
        yield f"    on {on}: {', '.join(sorted(actions))}"


def _condition(statement: dict[str, Any]) -> str:
    return f" if {words(statement['Condition'])}" if "Condition" in statement else ""


def short(name: str) -> str:
    """A logical id without the CDK's hash."""
    return re.sub(r"[0-9A-F]{8}$", "", name)


def words(value: Any) -> str:
    """A value on one line; references in angle brackets."""
    match value:
        case {"Ref": name}:
            return f"<{short(name)}>"
        case {"Fn::GetAtt": [name, "Arn"]}:
            return f"<{short(name)}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{short(name)}.{attribute}>"
        case {"Fn::Join": [between, parts]}:
            return str(between).join(words(part) for part in parts)
        case dict():
            return "{" + ", ".join(f"{words(key)}: {words(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(words(inner) for inner in value) + "]"
    return str(value)


def main() -> None:
    """Write the summaries of the stages' deployments."""
    from tempfile import TemporaryDirectory

    from cdk.deployment import read_deployment
    from cdk.main import EXAMPLES, PROJECT, control_plane
    from cdk.packaging import package

    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as build:
        packaged = package(PROJECT, Path(build) / "package")
        for file in EXAMPLES:
            app = control_plane(read_deployment(file), packaged, f"{build}/{file.stem}")
            (FOLDER / f"{file.stem}.txt").write_text(summary(app.synth().stacks[0].template))


if __name__ == "__main__":
    main()
