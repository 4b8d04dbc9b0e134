"""The server itself: where it listens, what it says exists, and how it refuses what it can't do."""

import json
import urllib.request
from typing import Any
from unittest.mock import patch

import moto
import pytest
from botocore.exceptions import ClientError

from alethia.embedded import customer_cloud
from alethia.embedded.customer_cloud import server
from tests.support.aws_accounts import a_role, trust

from .conftest import REGION, Client

ROLE = "arn:aws:iam::123456789012:role/cluster"


def inventory(cloud: str, account: str = "123456789012", region: str = REGION) -> dict[str, Any]:
    url = f"{cloud}/_alethia/inventory?account={account}&region={region}"
    with urllib.request.urlopen(url) as answer:
        resources: dict[str, Any] = json.load(answer)["resources"]
        return resources


def test_a_call_that_it_does_not_know_is_refused_for_good(client: Client) -> None:
    with pytest.raises(ClientError) as refusal:
        client("elasticache").describe_global_replication_groups()
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "can't do this" in refusal.value.response["Error"]["Message"]


def test_a_call_that_it_stumbles_over_is_refused_for_good(client: Client) -> None:
    with pytest.raises(ClientError) as refusal:
        client("eks").create_cluster(name="x", roleArn=ROLE, resourcesVpcConfig={"subnetIds": []})
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "IndexError" in refusal.value.response["Error"]["Message"]


def test_an_unused_region_is_empty(cloud: str) -> None:
    assert inventory(cloud, region="ap-south-1") == {}


def test_what_exists_is_listed_until_it_is_deleted(cloud: str, client: Client) -> None:
    sqs, kms, ec2 = client("sqs", "eu-north-1"), client("kms", "eu-north-1"), client("ec2", "eu-north-1")
    url = sqs.create_queue(QueueName="mails")["QueueUrl"]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]

    found = inventory(cloud, region="eu-north-1")
    assert found["sqs:queue"] == ["mails"]
    assert found["kms:key"] == [key]
    assert found["ec2:vpc"] == [vpc]

    sqs.delete_queue(QueueUrl=url)
    kms.schedule_key_deletion(KeyId=key)
    ec2.delete_vpc(VpcId=vpc)
    assert inventory(cloud, region="eu-north-1") == {}


def test_an_assumed_role_acts_in_its_own_account(cloud: str, client: Client) -> None:
    role = a_role(cloud, "210987654321", "theirs", trust(principal="123456789012"))
    keys = client("sts").assume_role(RoleArn=role, RoleSessionName="plan")["Credentials"]
    theirs = {
        "aws_access_key_id": keys["AccessKeyId"],
        "aws_secret_access_key": keys["SecretAccessKey"],
        "aws_session_token": keys["SessionToken"],
    }
    assert client("sts", **theirs).get_caller_identity()["Account"] == "210987654321"
    client("sns", "eu-north-1", **theirs).create_topic(Name="theirs")
    assert "sns:topic" in inventory(cloud, "210987654321", "eu-north-1")
    assert "sns:topic" not in inventory(cloud, region="eu-north-1")


def test_aws_own_policies_exist(client: Client) -> None:
    policy = client("iam").get_policy(PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
    assert policy["Policy"]["PolicyName"] == "AmazonEKSClusterPolicy"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.com"])
def test_it_listens_on_loopback_only(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        server.main(["--port", "1", "--host", host])
    assert "loopback" in capsys.readouterr().err


def test_another_moto_is_refused_loudly() -> None:
    with patch.object(moto, "__version__", "6.0.0"), pytest.raises(RuntimeError, match=r"6\.0\.0"):
        customer_cloud.close_gaps()
