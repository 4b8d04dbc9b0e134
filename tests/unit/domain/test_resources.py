"""What was found in an account is cut to what one row can hold, and says where."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.resources import (
    MAX_BYTES,
    MAX_NETWORKS,
    MAX_SUBNETS,
    CloudResources,
    HostedZone,
    Network,
    Subnet,
    kept_size,
    limited,
)


def a_subnet(number: int, name: str = "") -> Subnet:
    return Subnet(subnet_id=f"subnet-{number:017}", network_id="vpc-1", name=name)


def test_what_fits_stays_as_it_is() -> None:
    found = CloudResources(networks=[Network(network_id="vpc-1")], subnets=[a_subnet(1)])
    assert limited(found) == found


def test_longer_lists_are_cut_and_named() -> None:
    networks = [Network(network_id=f"vpc-{number}") for number in range(MAX_NETWORKS + 1)]
    cut = limited(CloudResources(networks=networks, subnets=[a_subnet(1)]))
    assert cut.networks == networks[:MAX_NETWORKS] and cut.truncated == ["networks"]


def test_long_names_are_shortened() -> None:
    cut = limited(CloudResources(subnets=[a_subnet(1, "n" * 255)]))
    assert cut.subnets[0].name == "n" * 64


@given(st.integers(0, MAX_SUBNETS), st.integers(0, 600), st.integers(1, 255))
def test_whatever_there_is_fits_a_row(subnets: int, zones: int, length: int) -> None:
    cut = limited(
        CloudResources(
            subnets=[a_subnet(number, "ü" * length) for number in range(subnets)],
            hosted_zones=[HostedZone(hosted_zone_id=str(n), domain_name="d" * length) for n in range(zones)],
        )
    )
    assert kept_size(cut) < MAX_BYTES * 1.01
    assert len(cut.subnets) == subnets or "subnets" in cut.truncated
    assert len(cut.hosted_zones) == zones or "hosted_zones" in cut.truncated
