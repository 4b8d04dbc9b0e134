"""The stacks that customers deploy in their own accounts, as the CDK sees them.

What a customer gets is the text that :mod:`chalicelib.providers.linking` writes: the API hands it out, with
no CDK at hand. Here the same text becomes stacks of an app, so that ``make synth`` judges it like everything
else.

A policy that names things before they are there can't do without wildcards. Each kind of them has a row in
:data:`WILDCARDS`, with the reason; one that fits no row stops the synthesis.
"""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws_cdk import App, BootstraplessSynthesizer, Stack
from aws_cdk.cloudformation_include import CfnInclude
from constructs import Construct

from cdk.constructs.acknowledged import acknowledge
from chalicelib.providers.linking import aws_template, aws_workers
from chalicelib.providers.linking.aws import AUDIENCE

LINK, RUNNERS = "alethia-link", "alethia-runners"
"""Names of the two stacks."""

EXAMPLE_ISSUER = "https://api.example.com/api/oidc"

ANYTHING = (
    "What only describes, what has neither name nor tag when it is made, or what the condition narrows; a "
    "role acts in its own account alone."
)
WILDCARDS = (
    ("*alethia-runner-*", "Named after a runner, whose id comes when it is deployed."),
    (
        "*-development* *-staging* *-production*",
        "Named for project and stage, which are known when a spec is provisioned.",
    ),
    (
        "*:role/*-cluster *:role/*-nodes *:role/*-cni *:role/*-ebs *:role/*-karpenter *:role/*-flow",
        "A cluster's roles are named for project and stage; they get rights under the boundary alone.",
    ),
    ("*:role/aws-service-role/*", "AWS names the roles of its services; the condition says of which."),
    ("*:oidc-provider/oidc.eks.[*]", "EKS gives each cluster an issuer of its own."),
    ("*:log-group:/*", "Log groups are named after clusters and databases, within our and AWS's prefixes."),
    ("*:[op]g:default[*]", "The groups that RDS itself gives to what asks for none."),
    ("*:secret:rds!*", "RDS names the secret of a master user by itself."),
    ("*:hostedzone/[*] *:change/[*]", "Route 53 gives the ids."),
    ("*/managedruleset/[*]", "Rule sets are AWS's own."),
    ("*:security-group/[*]", "EKS makes security groups by itself, and does not tag them all."),
    ("[*]", ANYTHING),
    ("*:Describe[*]", "Within a boundary, which gives nothing by itself."),
)
"""Patterns of resources and actions with a wildcard → why it must be one."""


class LinkStack(Stack):
    """A stack of a template that a customer deploys: the CDK adds nothing to it."""

    def __init__(self, scope: Construct, id: str, text: str) -> None:
        super().__init__(scope, id, synthesizer=BootstraplessSynthesizer())
        with TemporaryDirectory() as folder:
            file = Path(folder) / "template.json"
            file.write_text(text)
            included = CfnInclude(self, "Template", template_file=str(file))
        for name, resource in json.loads(text)["Resources"].items():
            if resource["Type"] == "AWS::IAM::ManagedPolicy":
                found = _wildcards(resource["Properties"]["PolicyDocument"])
                acknowledge(included.get_resource(name), found)


def add_link_stacks(app: App, issuer: str = EXAMPLE_ISSUER) -> None:
    """Both stacks; the link lets web identity in by the tokens of `issuer`."""
    LinkStack(app, LINK, aws_template.template(issuer_url=issuer, audience=AUDIENCE))
    LinkStack(app, RUNNERS, aws_workers.template())


def _wildcards(document: dict[str, Any]) -> dict[str, str]:
    """cdk-nag's finding → the reason, for each wildcard of a policy that has one."""
    found = {}
    for statement in document["Statement"]:
        for kind in ("Action", "Resource"):
            for value in _many(statement[kind]):
                text = value["Fn::Sub"] if isinstance(value, dict) else value
                reason = reason_of(text)
                if "*" in text and reason:
                    plain = text.replace("${", "<").replace("}", ">")
                    found[f"AwsSolutions-IAM5[{kind}::{plain}]"] = reason
    return found


def reason_of(text: str) -> str | None:
    """Why an action or a resource may have its wildcard; ``None`` when no row says so."""
    for patterns, reason in WILDCARDS:
        if any(fnmatchcase(text, pattern) for pattern in patterns.split()):
            return reason
    return None


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
