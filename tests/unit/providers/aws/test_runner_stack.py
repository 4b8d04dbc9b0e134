"""A runner's stack as the control plane fills it in and reads it."""

import json
import re

import pytest

from chalicelib.domain.worker import ExistingNetwork, WorkerForm, stack_name, worker_id
from chalicelib.providers.aws.runner_stack import outputs_of, parameters, tags, template

IMAGE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/alethia/runner@sha256:" + "a" * 64
RUNNER = worker_id("zone-1", "210987654321", "eu-west-1")
ROLE = "arn:aws:iam::210987654321:role/alethia/alethia-1-runners"
NETWORK = ExistingNetwork(vpc_id="vpc-0123abcd", subnet_ids=["subnet-0123abcd", "subnet-4567cdef"])
SAID = {
    "ClusterArn": "cluster",
    "TaskDefinitionArn": "task:1",
    "SubnetIds": "subnet-1,subnet-2",
    "SecurityGroupId": "sg-1",
    "CredentialSecretArn": "secret",
    "AssignPublicIp": "DISABLED",
}


def a_form(network: ExistingNetwork | None = None) -> WorkerForm:
    return WorkerForm(identity_id="identity-1", region="eu-west-1", name="shop", network=network)


class TestParameters:
    @pytest.mark.parametrize("network", [None, NETWORK], ids=["its own network", "existing subnets"])
    @pytest.mark.parametrize("role", [ROLE, "arn:aws:iam::210987654321:role/mine"])
    def test_are_those_of_the_template_and_within_what_it_allows(
        self, network: ExistingNetwork | None, role: str
    ) -> None:
        declared = json.loads(template())["Parameters"]
        values = parameters(a_form(network), RUNNER, "zone-1", IMAGE, role)
        assert values.keys() == declared.keys()
        for name, value in values.items():
            assert re.fullmatch(declared[name].get("AllowedPattern", ".*"), value), name
            assert value in declared[name].get("AllowedValues", [value]), name

    def test_without_subnets_ask_for_a_network_of_its_own(self) -> None:
        values = parameters(a_form(), RUNNER, "zone-1", IMAGE, ROLE)
        assert (values["VpcId"], values["SubnetIds"], values["AssignPublicIp"]) == ("", "", "ENABLED")

    def test_name_subnets_that_are_private_unless_said_otherwise(self) -> None:
        values = parameters(a_form(NETWORK), RUNNER, "zone-1", IMAGE, ROLE)
        assert values["SubnetIds"] == "subnet-0123abcd,subnet-4567cdef"
        assert (values["VpcId"], values["AssignPublicIp"]) == ("vpc-0123abcd", "DISABLED")

    def test_name_the_boundary_of_a_role_that_our_setup_made_and_of_no_other(self) -> None:
        ours = parameters(a_form(), RUNNER, "zone-1", IMAGE, ROLE)
        theirs = parameters(a_form(), RUNNER, "zone-1", IMAGE, "arn:aws:iam::210987654321:role/team/mine")
        assert (ours["Boundary"], theirs["Boundary"]) == ("alethia-1-runners-boundary", "")


class TestOutputs:
    def test_say_where_tasks_are_started(self) -> None:
        outputs = outputs_of(SAID)
        assert (outputs.cluster, outputs.task_definition) == ("cluster", "task:1")
        assert (outputs.subnets, outputs.security_groups) == (["subnet-1", "subnet-2"], ["sg-1"])
        assert (outputs.credential_secret, outputs.assign_public_ip) == ("secret", False)

    def test_are_those_of_the_template(self) -> None:
        assert SAID.keys() == json.loads(template())["Outputs"].keys()

    @pytest.mark.parametrize("name", SAID)
    def test_that_lack_one_are_not_a_runners(self, name: str) -> None:
        with pytest.raises(ValueError, match=name):
            outputs_of({**SAID, name: ""})


def test_what_it_is_called_is_what_its_template_says() -> None:
    cluster = json.loads(template())["Resources"]["Cluster"]["Properties"]["ClusterName"]
    assert cluster == {"Fn::Join": ["", ["alethia-", {"Ref": "RunnerId"}]]}
    assert stack_name(RUNNER) == f"alethia-{RUNNER}"


def test_tags_are_those_that_the_template_gives() -> None:
    given = json.loads(template())["Resources"]["Cluster"]["Properties"]["Tags"]
    assert {tag["Key"] for tag in given} == tags(RUNNER, "zone-1").keys()
