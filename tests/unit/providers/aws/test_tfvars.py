"""How single values of a spec become terraform variables."""

from typing import Any

import pytest

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from tests.support.aws_specs import ACCOUNT, OWNER, a_form_for_aws, frozen

AWS = registry[CloudProvider.AWS]


def tfvars(**changes: Any) -> dict[str, Any]:
    return AWS.to_tfvars(frozen(a_form_for_aws(**changes)), OWNER)


def test_whose_and_where() -> None:
    variables = tfvars()
    assert variables["aws_account_id"] == ACCOUNT
    assert variables["zone_id"] == OWNER.zone_id
    assert variables["spec_id"] == OWNER.spec_id
    assert variables["environment"] == "development"


def test_a_section_that_is_off_makes_nothing() -> None:
    variables = tfvars(network=None, cluster=None, dns=None, databases=[], caches=[])
    assert variables["provision_vpc"] is False
    assert variables["vpc_id"] is None
    assert variables["provision_eks"] is False
    assert variables["cloud_dns_enabled"] is False
    assert variables["cluster_endpoint_public_access_cidrs"] == []


def test_the_kubernetes_endpoint_is_private_unless_networks_are_named() -> None:
    assert tfvars(network={})["cluster_endpoint_public_access_cidrs"] == []
    assert tfvars()["cluster_endpoint_public_access_cidrs"] == ["203.0.113.0/24"]


def test_an_existing_network_is_passed_by_its_ids() -> None:
    variables = tfvars(
        network={
            "provision_network": False,
            "network_id": "vpc-0a1b2c3d",
            "private_subnet_ids": ["subnet-0a1b2c3d"],
        }
    )
    assert variables["provision_vpc"] is False
    assert variables["vpc_id"] == "vpc-0a1b2c3d"
    assert variables["vpc_private_subnet_ids"] == ["subnet-0a1b2c3d"]


def test_a_certificate_needs_the_zone_to_be_managed() -> None:
    assert tfvars(dns={"domain_name": "a.example.com", "enabled": False})["acm_certificate_enable"] is False


def test_tables_are_kept_outside_development_unless_somebody_says_so() -> None:
    plain = {"name": "carts", "hash_key": "id"}
    let_go = {"name": "visits", "hash_key": "id", "provider_config": {"deletion_protection": False}}
    tables = tfvars(environment_stage="staging", nosql_tables=[plain, let_go])["ddb_table_configuration"]
    assert [table["deletion_protection"] for table in tables] == [True, False]
    tables = tfvars(nosql_tables=[plain])["ddb_table_configuration"]
    assert [table["deletion_protection"] for table in tables] == [False]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (
            {
                "cluster": {
                    "cluster_version": "1.33",
                    "instance_types": ["t3.large"],
                    "provider_config": {"gpu": 1},
                }
            },
            "cluster.provider_config.gpu",
        ),
        (
            {"nosql_tables": [{"name": "abc", "hash_key": "id", "provider_config": {"ttl": "at"}}]},
            "nosql_tables[0].provider_config.ttl",
        ),
    ],
)
def test_an_option_that_means_nothing_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        tfvars(**changes)
    assert [problem.field for problem in refusal.value.problems] == [field]
