"""What customers deploy in their accounts, judged by cdk-nag, and where a deployment publishes it."""

import json
from typing import Any

import pytest
from aws_cdk import App, Stack

from cdk.constructs.link_templates import LinkTemplates
from cdk.deployment import Deployment
from cdk.link_stack import EXAMPLE_ISSUER, LINK, RUNNERS, WILDCARDS, reason_of
from chalicelib.providers.linking import aws_template, aws_workers
from chalicelib.providers.linking.aws import AUDIENCE
from tests.infrastructure.conftest import Judged, Synthesize
from tests.infrastructure.templates import as_list, circles, of_type, walk

Template = dict[str, Any]
API = "https://api.example.com"


def template_of(judged: Judged, stack: str) -> Template:
    template: Template = json.loads((judged.templates / f"{stack}.template.json").read_text())
    return template


class TestStacks:
    def test_are_what_customers_are_given(self, judged: Judged) -> None:
        link = aws_template.template(issuer_url=EXAMPLE_ISSUER, audience=AUDIENCE)
        assert template_of(judged, LINK) == json.loads(link)
        assert template_of(judged, RUNNERS) == json.loads(aws_workers.template())

    def test_every_kind_of_wildcard_that_is_accepted_occurs(self, judged: Judged) -> None:
        found = {
            reason_of(text)
            for stack in (LINK, RUNNERS)
            for policy in of_type(template_of(judged, stack), "AWS::IAM::ManagedPolicy").values()
            for text in walk(policy["PolicyDocument"])
            if isinstance(text, str) and "*" in text
        }
        assert found - {None} == {reason for _, reason in WILDCARDS}


class TestPublishing:
    @pytest.fixture
    def published(self, judged: Judged) -> Template:
        template: Template = json.loads((judged.published / "published.template.json").read_text())
        return template

    def test_pleases_every_judge(self, judged: Judged) -> None:
        assert judged.against["published"] == set()

    def test_lets_everybody_read_exactly_two_objects(self, published: Template) -> None:
        [policy] = of_type(published, "AWS::S3::BucketPolicy").values()
        public = [one for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"]
        [statement] = [one for one in public if one["Principal"] == "*"]
        assert statement["Action"] == "s3:GetObject"
        names = [resource["Fn::Join"][1][-1] for resource in as_list(statement["Resource"])]
        assert [name.rsplit("-", 1)[0] for name in names] == ["/alethia-link", "/alethia-runners"]
        assert not [name for name in names if "*" in name]
        [bucket] = of_type(published, "AWS::S3::Bucket").values()
        assert bucket["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True

    def test_takes_tls_alone_and_goes_with_the_stack(self, published: Template) -> None:
        [policy] = of_type(published, "AWS::S3::BucketPolicy").values()
        denied = [
            one["Condition"] for one in policy["PolicyDocument"]["Statement"] if one["Effect"] == "Deny"
        ]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denied
        [bucket] = [one for one in published["Resources"].values() if one["Type"] == "AWS::S3::Bucket"]
        assert bucket["DeletionPolicy"] == "Delete"

    def test_nothing_waits_for_itself(self, published: Template) -> None:
        assert circles(published) == []


class TestSettings:
    def settings(self, **chosen: Any) -> tuple[dict[str, str], Template]:
        app = App(analytics_reporting=False)
        stack = Stack(app, "a")
        made = LinkTemplates(stack, "LinkTemplates", **{"api_url": API, **chosen})
        settings: dict[str, str] = stack.resolve(made.settings)
        return settings, app.synth().stacks[0].template

    def test_say_nothing_by_default_and_make_nothing(self) -> None:
        settings, template = self.settings()
        assert settings == {"link_template_url": "", "worker_template_url": ""}
        assert not template.get("Resources")

    def test_name_copies_that_are_published_elsewhere(self) -> None:
        settings, template = self.settings(link="https://a/link.json", worker="https://a/runners.json")
        assert list(settings.values()) == ["https://a/link.json", "https://a/runners.json"]
        assert not template.get("Resources")

    def test_name_another_object_when_its_content_is_another(self) -> None:
        def names(api: str) -> list[str]:
            settings, _ = self.settings(api_url=api, publish=True)
            return [setting["Fn::Join"][1][-1] for setting in settings.values()]  # type: ignore[index]

        (link, runners), (other_link, same_runners) = names(API), names("https://other.example.com")
        assert names(API) == [link, runners]
        assert link != other_link and runners == same_runners


def test_a_deployment_that_publishes_tells_its_functions_where(
    synthesize: Synthesize, prod: Deployment
) -> None:
    template = synthesize(prod.model_copy(update={"publish_link_templates": True}))
    assert circles(template) == []
    [bucket] = [name for name in of_type(template, "AWS::S3::Bucket") if name.startswith("LinkTemplates")]
    [api] = [
        properties
        for name, properties in of_type(template, "AWS::Lambda::Function").items()
        if name.startswith("FunctionsAPIHandler")
    ]
    for setting in ("ALETHIA_LINK_TEMPLATE_URL", "ALETHIA_WORKER_TEMPLATE_URL"):
        value = api["Environment"]["Variables"][setting]
        assert {"Fn::GetAtt": [bucket, "RegionalDomainName"]} in list(walk(value))
