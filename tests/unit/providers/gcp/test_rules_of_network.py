"""What GCP would refuse of the network, the zone and the cluster, said at the field that is wrong."""

from typing import Any

import pytest

from tests.support.gcp_specs import AN_EXISTING_NETWORK, refusals


def a_network(**changes: Any) -> dict[str, Any]:
    return {"cidr_block": "10.20.0.0/16", **changes}


def an_existing_network(**changes: Any) -> dict[str, Any]:
    return {**AN_EXISTING_NETWORK, **changes}


def a_cluster(**changes: Any) -> dict[str, Any]:
    return {"cluster_version": "1.35", "instance_types": ["e2-medium"], **changes}


def an_autopilot(**changes: Any) -> dict[str, Any]:
    return a_cluster(provider_config={"enable_autopilot": True}, **changes)


SHARED = "projects/network-host/global/networks/backbone"
SUBNETS = "projects/network-host/regions/europe-west1/subnetworks"

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # Region and network
    ("a region of AWS", {"region": "eu-west-1"}, "region", "europe-west1"),
    ("a network too wide", {"network": a_network(cidr_block="10.0.0.0/11")}, "network.cidr_block", "/12"),
    ("a network too narrow", {"network": a_network(cidr_block="10.0.0.0/21")}, "network.cidr_block", "/20"),
    ("an IPv6 network", {"network": a_network(cidr_block="fd00::/16")}, "network.cidr_block", "IPv4"),
    (
        "Cloud SQL's own network",
        {"network": a_network(cidr_block="172.16.0.0/12")},
        "network.cidr_block",
        "Cloud SQL uses inside",
    ),
    (
        "a network of link-local addresses",
        {"network": a_network(cidr_block="169.254.0.0/16")},
        "network.cidr_block",
        "gives to no subnet",
    ),
    (
        "subnets of a new network",
        {"network": a_network(private_subnet_ids=["nodes"])},
        "network.private_subnet_ids",
        "leave this empty",
    ),
    (
        "a VPC of AWS",
        {"network": an_existing_network(network_id="vpc/0a1b2c3d")},
        "network.network_id",
        "projects/<project>/global/networks/<name>",
    ),
    (
        "public subnets",
        {"network": an_existing_network(public_subnet_ids=["dmz"])},
        "network.public_subnet_ids",
        "no public subnets",
    ),
    (
        "two subnets for one cluster",
        {"network": an_existing_network(private_subnet_ids=["one", "two"])},
        "network.private_subnet_ids",
        "one subnet",
    ),
    (
        "a cluster without a subnet",
        {"network": an_existing_network(private_subnet_ids=[]), "cluster": a_cluster()},
        "network.private_subnet_ids",
        "needs a subnet of backbone in europe-west1",
    ),
    (
        "no name of a subnet",
        {"network": an_existing_network(private_subnet_ids=["Subnet 1"])},
        "network.private_subnet_ids[0]",
        "the name of a subnet",
    ),
    (
        "a subnet of another region",
        {
            "network": an_existing_network(
                network_id=SHARED, private_subnet_ids=[f"{SUBNETS.replace('west1', 'west4')}/shop"]
            )
        },
        "network.private_subnet_ids[0]",
        "is in europe-west4",
    ),
    (
        "a subnet of another project",
        {
            "network": an_existing_network(
                network_id=SHARED,
                private_subnet_ids=[f"{SUBNETS.replace('network-host', 'other-host')}/shop"],
            )
        },
        "network.private_subnet_ids[0]",
        "is of project other-host",
    ),
    (
        "more authorized networks than GKE takes",
        {"network": a_network(allowed_cidr_blocks=[f"203.0.113.{n}/32" for n in range(51)])},
        "network.allowed_cidr_blocks",
        "at most 50",
    ),
    (
        "an authorized network of IPv6",
        {"network": a_network(allowed_cidr_blocks=["2001:db8::/32"])},
        "network.allowed_cidr_blocks[0]",
        "IPv4",
    ),
    (
        "a zone by its id at AWS",
        {"dns": {"domain_name": "a.example.com", "zone_id": "Z0123456789"}},
        "dns.zone_id",
        "shop-example-com",
    ),
    # Cluster
    ("an old Kubernetes", {"cluster": a_cluster(cluster_version="1.20")}, "cluster.cluster_version", "1.35"),
    (
        "a Kubernetes whose standard support has ended",
        {"cluster": a_cluster(cluster_version="1.33")},
        "cluster.cluster_version",
        "choose one of 1.35",
    ),
    (
        "an Arm machine where there is none",
        {"cluster": a_cluster(instance_types=["t2a-standard-2"])},
        "cluster.instance_types[0]",
        "europe-west4",
    ),
    (
        "a machine of AWS",
        {"cluster": a_cluster(instance_types=["t3.medium"])},
        "cluster.instance_types[0]",
        "e2-standard-2",
    ),
    (
        "a machine without persistent disks",
        {"cluster": a_cluster(instance_types=["c4a-standard-4"])},
        "cluster.instance_types[0]",
        "n2-standard-2",
    ),
    (
        "two machine types in one pool",
        {"cluster": a_cluster(instance_types=["e2-medium", "e2-standard-2"])},
        "cluster.instance_types",
        "one machine type",
    ),
    (
        "more nodes than the network has pods' addresses for",
        {"network": a_network(cidr_block="10.0.0.0/20"), "cluster": a_cluster(node_max_size=17)},
        "cluster.node_max_size",
        "16 nodes",
    ),
    (
        "nodes chosen for Autopilot",
        {"cluster": an_autopilot(node_min_size=7, node_desired_size=7, node_max_size=11)},
        "cluster.node_max_size",
        "Autopilot",
    ),
    (
        "machines chosen for Autopilot",
        {"cluster": an_autopilot(instance_types=["n2-highmem-4"])},
        "cluster.instance_types",
        "turn enable_autopilot off",
    ),
    (
        "an administrator of AWS",
        {"cluster": a_cluster(cluster_admins=["arn:aws:iam::123456789012:role/platform"])},
        "cluster.cluster_admins[0]",
        "group:platform@example.com",
    ),
    (
        "an address that may be a person or a group",
        {"cluster": a_cluster(cluster_admins=["ada@example.com"])},
        "cluster.cluster_admins[0]",
        "user:ada@example.com",
    ),
    (
        "a service account that is a person's address",
        {"cluster": a_cluster(cluster_admins=["serviceAccount:ada@example.com"])},
        "cluster.cluster_admins[0]",
        "gserviceaccount.com",
    ),
    (
        "one administrator twice",
        {"cluster": a_cluster(cluster_admins=["user:a@example.com", "user:a@example.com"])},
        "cluster.cluster_admins[1]",
        "already",
    ),
    (
        "ranges of a new network",
        {
            "network": a_network(),
            "cluster": a_cluster(provider_config={"pods_range_name": "a", "services_range_name": "b"}),
        },
        "cluster.provider_config.pods_range_name",
        "makes its own ranges",
    ),
    (
        "one range without the other",
        {
            "network": an_existing_network(),
            "cluster": a_cluster(provider_config={"pods_range_name": "pods"}),
        },
        "cluster.provider_config.services_range_name",
        "go together",
    ),
    (
        "no name of a range",
        {
            "network": an_existing_network(),
            "cluster": a_cluster(provider_config={"pods_range_name": "A b", "services_range_name": "b"}),
        },
        "cluster.provider_config.pods_range_name",
        "secondary range",
    ),
    (
        "an option of AWS's clusters",
        {"cluster": a_cluster(provider_config={"enable_karpenter": True})},
        "cluster.provider_config.enable_karpenter",
        "no option of a cluster on GCP",
    ),
]


@pytest.mark.parametrize(
    ("changes", "field", "way_out"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_it_is_refused_at_its_field(changes: dict[str, Any], field: str, way_out: str) -> None:
    problems = refusals(**changes)
    assert field in problems
    assert way_out in problems[field]


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("the widest network", {"network": a_network(cidr_block="10.0.0.0/12")}),
    ("as many nodes as there is room for", {"network": a_network(), "cluster": a_cluster(node_max_size=256)}),
    ("a private network among those let in", {"network": a_network(allowed_cidr_blocks=["10.0.0.0/8"])}),
    (
        "fifty networks",
        {"network": a_network(allowed_cidr_blocks=[f"203.0.113.{n}/32" for n in range(50)])},
    ),
    ("a network without a cluster", {"network": an_existing_network(private_subnet_ids=[])}),
    (
        "a shared network and its subnet's bare name",
        {"network": an_existing_network(network_id=SHARED, private_subnet_ids=["shop"])},
    ),
    ("Autopilot in another stage's sizes", {"cluster": an_autopilot(instance_types=["n2-standard-2"])}),
    ("a machine that is not suggested", {"cluster": a_cluster(instance_types=["n2-custom-6-20480"])}),
    (
        "people of a workforce pool",
        {
            "cluster": a_cluster(
                cluster_admins=[
                    "principalSet://iam.googleapis.com/locations/global/workforcePools/staff/group/platform"
                ]
            )
        },
    ),
    (
        "a service account",
        {"cluster": a_cluster(cluster_admins=["serviceAccount:ci@shop-123456.iam.gserviceaccount.com"])},
    ),
]


@pytest.mark.parametrize("changes", [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_what_would_work_is_not_refused(changes: dict[str, Any]) -> None:
    assert refusals(**changes) == {}
