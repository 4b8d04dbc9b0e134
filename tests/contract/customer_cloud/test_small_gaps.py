"""The services in which one or two answers differed from AWS's."""

import json

import pytest

from .conftest import Client


class TestSqs:
    def test_the_redrive_policies_come_back_as_they_were_set(self, client: Client) -> None:
        sqs = client("sqs")
        letters = sqs.create_queue(QueueName="letters")["QueueUrl"]
        arn = "arn:aws:sqs:eu-west-1:123456789012:letters"
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5}, separators=(",", ":"))
        queue = sqs.create_queue(QueueName="mails", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        allow = '{"redrivePermission":"byQueue"}'
        sqs.set_queue_attributes(QueueUrl=letters, Attributes={"RedriveAllowPolicy": allow})

        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        assert attributes["RedrivePolicy"] == redrive
        assert "RedriveAllowPolicy" not in attributes
        attributes = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["All"])["Attributes"]
        assert attributes["RedriveAllowPolicy"] == allow

    def test_a_policy_outlives_a_change_of_something_else(self, client: Client) -> None:
        sqs = client("sqs")
        url = sqs.create_queue(QueueName="guarded")["QueueUrl"]
        statement = {"Sid": "Deliver", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert json.loads(attributes["Policy"]) == json.loads(policy)


class TestEc2:
    def test_a_launch_template_does_not_launch_its_own_tags(self, client: Client) -> None:
        ec2 = client("ec2")
        tag = {"Tags": [{"Key": "zone", "Value": "1"}]}
        ec2.create_launch_template(
            LaunchTemplateName="nodes",
            LaunchTemplateData={"TagSpecifications": [{"ResourceType": "instance", **tag}]},
            TagSpecifications=[{"ResourceType": "launch-template", **tag}],
        )
        version = ec2.describe_launch_template_versions(LaunchTemplateName="nodes")["LaunchTemplateVersions"][
            0
        ]
        specifications = version["LaunchTemplateData"]["TagSpecifications"]
        assert [item["ResourceType"] for item in specifications] == ["instance"]

    def test_a_rule_for_a_group_keeps_its_description(self, client: Client) -> None:
        ec2 = client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
        group = ec2.create_security_group(GroupName="clients", Description="Clients", VpcId=vpc)["GroupId"]
        pair = {"GroupId": group, "Description": "From the cluster"}
        permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [pair]}
        made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
        rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        found = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"][0]
        assert found["Description"] == "From the cluster"


class TestRds:
    def test_a_second_generation_cluster_has_no_scaling_configuration_of_the_first(
        self, client: Client
    ) -> None:
        rds = client("rds")
        rds.create_db_cluster(
            DBClusterIdentifier="orders",
            Engine="aurora-postgresql",
            MasterUsername="alethia",
            ManageMasterUserPassword=True,
            ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 4},
        )
        cluster = rds.describe_db_clusters(DBClusterIdentifier="orders")["DBClusters"][0]
        assert "ScalingConfigurationInfo" not in cluster
        assert cluster["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 4


class TestWaf:
    def test_the_last_rule_can_be_taken_away(self, client: Client) -> None:
        waf = client("wafv2")
        visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
        rule = {
            "Name": "rate",
            "Priority": 1,
            "Statement": {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}},
            "Action": {"Block": {}},
            "VisibilityConfig": visible,
        }
        acl = {"Name": "shop", "Scope": "REGIONAL"}
        common = {**acl, "DefaultAction": {"Allow": {}}, "VisibilityConfig": visible}
        made = waf.create_web_acl(**common, Rules=[rule])["Summary"]
        waf.update_web_acl(**common, Id=made["Id"], LockToken=made["LockToken"], Rules=[])
        assert waf.get_web_acl(**acl, Id=made["Id"])["WebACL"]["Rules"] == []


class TestDynamoDb:
    def test_a_global_table_has_a_table_in_each_region(self, client: Client) -> None:
        here, there = client("dynamodb"), client("dynamodb", "us-east-1")
        here.create_table(
            TableName="users",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        copy = {"RegionName": "us-east-1"}
        here.update_table(TableName="users", ReplicaUpdates=[{"Create": copy}])
        table = here.describe_table(TableName="users")["Table"]
        assert table["Replicas"] == [{**copy, "ReplicaStatus": "ACTIVE"}]
        assert there.describe_table(TableName="users")["Table"]["TableArn"].startswith(
            "arn:aws:dynamodb:us-east-1:"
        )

        here.update_table(TableName="users", ReplicaUpdates=[{"Delete": copy}])
        assert "Replicas" not in here.describe_table(TableName="users")["Table"]
        with pytest.raises(there.exceptions.ResourceNotFoundException):
            there.describe_table(TableName="users")
