"""EKS behaves as the AWS provider needs it to."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import Client

ROLE = "arn:aws:iam::123456789012:role/team/platform"


@pytest.fixture(scope="module")
def eks(client: Client) -> Any:
    return client("eks")


@pytest.fixture(scope="module")
def subnet(client: Client) -> Any:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]


@pytest.fixture
def cluster(eks: Any, subnet: Any) -> Iterator[Any]:
    """A private cluster that takes access entries only."""
    yield create_cluster(eks, subnet, "shop")
    eks.delete_cluster(name="shop")


def create_cluster(eks: Any, subnet: Any, name: str) -> Any:
    return eks.create_cluster(
        name=name,
        roleArn=ROLE,
        resourcesVpcConfig={
            "subnetIds": [subnet["SubnetId"]],
            "endpointPublicAccess": False,
            "endpointPrivateAccess": True,
        },
        accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
    )["cluster"]


def test_a_cluster_echoes_its_access_configuration(eks: Any, cluster: Any) -> None:
    described = eks.describe_cluster(name="shop")["cluster"]
    assert described["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": True,
    }


def test_a_cluster_has_a_real_security_group_that_goes_with_it(client: Client, eks: Any, subnet: Any) -> None:
    vpc = create_cluster(eks, subnet, "short-lived")["resourcesVpcConfig"]
    assert vpc["vpcId"] == subnet["VpcId"]
    groups = {"Filters": [{"Name": "group-id", "Values": [vpc["clusterSecurityGroupId"]]}]}
    assert client("ec2").describe_security_groups(**groups)["SecurityGroups"][0]["VpcId"] == subnet["VpcId"]
    eks.delete_cluster(name="short-lived")
    assert client("ec2").describe_security_groups(**groups)["SecurityGroups"] == []


def test_each_cluster_has_an_issuer_of_its_own(eks: Any, cluster: Any, subnet: Any) -> None:
    other = create_cluster(eks, subnet, "other")
    assert other["identity"]["oidc"]["issuer"] != cluster["identity"]["oidc"]["issuer"]
    assert cluster["identity"]["oidc"]["issuer"].startswith("https://")
    eks.delete_cluster(name="other")


def test_a_change_answers_with_an_update_that_can_be_followed(eks: Any, cluster: Any) -> None:
    change = {"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]}
    update = eks.update_cluster_config(name="shop", resourcesVpcConfig=change)["update"]
    assert eks.describe_update(name="shop", updateId=update["id"])["update"]["status"] == "Successful"

    vpc = eks.describe_cluster(name="shop")["cluster"]["resourcesVpcConfig"]
    assert vpc["publicAccessCidrs"] == ["203.0.113.0/24"]
    assert vpc["subnetIds"] == cluster["resourcesVpcConfig"]["subnetIds"]


def test_versions_can_be_changed(eks: Any, cluster: Any) -> None:
    update = eks.update_cluster_version(name="shop", version="1.33")["update"]
    assert eks.describe_update(name="shop", updateId=update["id"])["update"]["type"] == "VersionUpdate"
    assert eks.describe_cluster(name="shop")["cluster"]["version"] == "1.33"


def test_an_unknown_update_is_not_found(eks: Any, cluster: Any) -> None:
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_update(name="shop", updateId="no-such-update")


def test_a_node_group_keeps_what_was_asked_and_invents_nothing(eks: Any, cluster: Any, subnet: Any) -> None:
    eks.create_nodegroup(
        clusterName="shop",
        nodegroupName="default",
        nodeRole=ROLE,
        subnets=[subnet["SubnetId"]],
        updateConfig={"maxUnavailablePercentage": 33},
    )
    group = eks.describe_nodegroup(clusterName="shop", nodegroupName="default")["nodegroup"]
    assert group["updateConfig"] == {"maxUnavailablePercentage": 33}
    assert "remoteAccess" not in group

    update = eks.update_nodegroup_config(
        clusterName="shop", nodegroupName="default", scalingConfig={"desiredSize": 1}
    )["update"]
    assert eks.describe_update(name="shop", nodegroupName="default", updateId=update["id"])["update"]
    eks.update_nodegroup_version(clusterName="shop", nodegroupName="default", version="1.33")
    assert (
        eks.describe_nodegroup(clusterName="shop", nodegroupName="default")["nodegroup"]["version"] == "1.33"
    )
    eks.delete_nodegroup(clusterName="shop", nodegroupName="default")


def test_the_life_of_an_addon(eks: Any, cluster: Any) -> None:
    eks.create_addon(clusterName="shop", addonName="coredns", tags={"a": "1"})
    addon = eks.describe_addon(clusterName="shop", addonName="coredns")["addon"]
    assert (addon["status"], addon["tags"]) == ("ACTIVE", {"a": "1"})

    eks.tag_resource(resourceArn=addon["addonArn"], tags={"b": "2"})
    eks.untag_resource(resourceArn=addon["addonArn"], tagKeys=["a"])
    assert eks.list_tags_for_resource(resourceArn=addon["addonArn"])["tags"] == {"b": "2"}

    update = eks.update_addon(clusterName="shop", addonName="coredns", addonVersion="v2")["update"]
    assert eks.describe_update(name="shop", addonName="coredns", updateId=update["id"])["update"]
    assert eks.list_addons(clusterName="shop")["addons"] == ["coredns"]
    assert eks.delete_addon(clusterName="shop", addonName="coredns")["addon"]["addonVersion"] == "v2"
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_addon(clusterName="shop", addonName="coredns")


def test_the_life_of_an_access_entry(eks: Any, cluster: Any) -> None:
    who = {"clusterName": "shop", "principalArn": ROLE}
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    assert eks.create_access_entry(**who)["accessEntry"]["type"] == "STANDARD"
    with pytest.raises(eks.exceptions.ResourceInUseException):
        eks.create_access_entry(**who)

    eks.associate_access_policy(**who, policyArn=policy, accessScope={"type": "cluster"})
    associated = eks.list_associated_access_policies(**who)["associatedAccessPolicies"]
    assert [item["policyArn"] for item in associated] == [policy]
    eks.disassociate_access_policy(**who, policyArn=policy)
    assert eks.list_associated_access_policies(**who)["associatedAccessPolicies"] == []

    eks.update_access_entry(**who, kubernetesGroups=["viewers"])
    assert eks.describe_access_entry(**who)["accessEntry"]["kubernetesGroups"] == ["viewers"]
    assert eks.list_access_entries(clusterName="shop")["accessEntries"] == [ROLE]
    eks.delete_access_entry(**who)
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.describe_access_entry(**who)


def test_the_life_of_a_pod_identity(eks: Any, cluster: Any) -> None:
    made = eks.create_pod_identity_association(
        clusterName="shop", namespace="kube-system", serviceAccount="karpenter", roleArn=ROLE
    )["association"]
    which = {"clusterName": "shop", "associationId": made["associationId"]}
    eks.update_pod_identity_association(**which, roleArn=f"{ROLE}-2")
    assert eks.describe_pod_identity_association(**which)["association"]["roleArn"] == f"{ROLE}-2"
    assert len(eks.list_pod_identity_associations(clusterName="shop")["associations"]) == 1
    eks.delete_pod_identity_association(**which)
    with pytest.raises(ClientError):
        eks.describe_pod_identity_association(**which)


def test_nothing_can_be_put_into_a_cluster_that_is_not_there(eks: Any) -> None:
    with pytest.raises(eks.exceptions.ResourceNotFoundException):
        eks.create_addon(clusterName="nowhere", addonName="coredns")
