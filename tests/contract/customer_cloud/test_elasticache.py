"""ElastiCache behaves as the AWS provider needs it to."""

from typing import Any

import pytest

from .conftest import Client


@pytest.fixture(scope="module")
def elasticache(client: Client) -> Any:
    return client("elasticache")


@pytest.mark.parametrize(("engine", "version"), [("redis", "7.1"), ("valkey", "8.0")])
def test_the_life_of_a_replication_group(elasticache: Any, engine: str, version: str) -> None:
    group = {"ReplicationGroupId": f"pages-{engine}"}
    elasticache.create_replication_group(
        **group,
        ReplicationGroupDescription="Pages",
        Engine=engine,
        EngineVersion=version,
        CacheNodeType="cache.t4g.micro",
        NumCacheClusters=3,
        CacheParameterGroupName="settings",
        SecurityGroupIds=["sg-1"],
        AtRestEncryptionEnabled=True,
    )
    described = elasticache.describe_replication_groups(**group)["ReplicationGroups"][0]
    members = described["MemberClusters"]
    assert members == [f"pages-{engine}-00{n}" for n in (1, 2, 3)]
    assert described["NodeGroups"][0]["ReaderEndpoint"]["Address"].startswith("replica.")

    member = elasticache.describe_cache_clusters(CacheClusterId=members[1])["CacheClusters"][0]
    assert member["Engine"] == engine
    assert member["EngineVersion"] == f"{version}.0"
    assert member["CacheParameterGroup"]["CacheParameterGroupName"] == "settings"
    assert member["SecurityGroups"] == [{"SecurityGroupId": "sg-1", "Status": "active"}]
    assert member["ReplicationGroupId"] == group["ReplicationGroupId"]

    elasticache.decrease_replica_count(**group, NewReplicaCount=1, ApplyImmediately=True)
    elasticache.modify_replication_group(**group, CacheNodeType="cache.t4g.small", SecurityGroupIds=["sg-2"])
    changed = elasticache.describe_replication_groups(**group)["ReplicationGroups"][0]
    assert len(changed["MemberClusters"]) == 2
    member = elasticache.describe_cache_clusters(CacheClusterId=changed["MemberClusters"][0])[
        "CacheClusters"
    ][0]
    assert (member["CacheNodeType"], member["SecurityGroups"][0]["SecurityGroupId"]) == (
        "cache.t4g.small",
        "sg-2",
    )

    elasticache.increase_replica_count(**group, NewReplicaCount=2, ApplyImmediately=True)
    elasticache.delete_replication_group(**group)
    with pytest.raises(elasticache.exceptions.ReplicationGroupNotFoundFault):
        elasticache.describe_replication_groups(**group)
    assert elasticache.describe_cache_clusters()["CacheClusters"] == []


def test_the_life_of_a_parameter_group(elasticache: Any) -> None:
    name = {"CacheParameterGroupName": "settings"}
    setting = {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}
    group = elasticache.create_cache_parameter_group(
        **name, CacheParameterGroupFamily="redis7", Description="Settings", Tags=[{"Key": "a", "Value": "1"}]
    )["CacheParameterGroup"]
    assert elasticache.list_tags_for_resource(ResourceName=group["ARN"])["TagList"] == [
        {"Key": "a", "Value": "1"}
    ]
    with pytest.raises(elasticache.exceptions.CacheParameterGroupAlreadyExistsFault):
        elasticache.create_cache_parameter_group(
            **name, CacheParameterGroupFamily="redis7", Description="Again"
        )

    elasticache.modify_cache_parameter_group(**name, ParameterNameValues=[setting])
    stored = elasticache.describe_cache_parameters(**name)["Parameters"]
    assert [(p["ParameterName"], p["ParameterValue"]) for p in stored] == [
        ("maxmemory-policy", "allkeys-lru")
    ]
    elasticache.reset_cache_parameter_group(**name, ParameterNameValues=[setting])
    assert elasticache.describe_cache_parameters(**name)["Parameters"] == []

    elasticache.delete_cache_parameter_group(**name)
    with pytest.raises(elasticache.exceptions.CacheParameterGroupNotFoundFault):
        elasticache.describe_cache_parameter_groups(**name)


def test_a_subnet_group_can_be_deleted(client: Client, elasticache: Any) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    name = {"CacheSubnetGroupName": "private"}
    elasticache.create_cache_subnet_group(**name, CacheSubnetGroupDescription="Private", SubnetIds=[subnet])
    elasticache.delete_cache_subnet_group(**name)
    with pytest.raises(elasticache.exceptions.CacheSubnetGroupNotFoundFault):
        elasticache.delete_cache_subnet_group(**name)
