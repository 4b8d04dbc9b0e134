"""What a new account has in it: the regions that a form offers, one network, one DNS zone."""

from typing import Any

from chalicelib.domain.words import CloudProvider
from chalicelib.providers import provider_of

DOMAIN = "shop.example.com"


def of_project(project: str) -> dict[str, list[dict[str, Any]]]:
    """Path below the project → pages. The default network is Google's: one subnet in each region."""
    at = f"https://www.googleapis.com/compute/v1/projects/{project}"
    network = f"{at}/global/networks/default"
    regions = provider_of(CloudProvider.GCP).catalogue.regions
    subnets = {
        f"regions/{region.value}": {
            "subnetworks": [
                {
                    "name": "default",
                    "network": network,
                    "region": f"{at}/regions/{region.value}",
                    "selfLink": f"{at}/regions/{region.value}/subnetworks/default",
                    "ipCidrRange": f"10.{128 + 2 * number}.0.0/20",
                }
            ]
        }
        for number, region in enumerate(regions)
    }
    way_out = {
        "name": "default-route",
        "network": network,
        "destRange": "0.0.0.0/0",
        "nextHopGateway": f"{at}/global/gateways/default-internet-gateway",
    }
    zone = {"name": "shop", "dnsName": f"{DOMAIN}.", "visibility": "public"}
    return {
        "regions": [
            {
                "items": [
                    {"name": one.value, "status": "UP", "description": one.label or one.value}
                    for one in regions
                ]
            }
        ],
        "global/networks": [{"items": [{"name": "default", "selfLink": network}]}],
        "aggregated/subnetworks": [{"items": subnets}],
        "global/routes": [{"items": [way_out]}],
        "managedZones": [{"managedZones": [zone]}],
    }


def of_subscription(subscription: str) -> dict[str, list[list[dict[str, Any]]]]:
    """Path below the subscription → pages."""
    group = f"/subscriptions/{subscription}/resourceGroups/shop/providers/Microsoft.Network"
    network = f"{group}/virtualNetworks/main"
    regions = provider_of(CloudProvider.AZURE).catalogue.regions
    return {
        "locations": [
            [
                {"name": one.value, "displayName": one.label, "metadata": {"regionType": "Physical"}}
                for one in regions
            ]
        ],
        "providers/Microsoft.Network/virtualNetworks": [
            [
                {
                    "id": network,
                    "name": "main",
                    "location": regions[0].value,
                    "properties": {
                        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                        "subnets": [
                            {
                                "id": f"{network}/subnets/apps",
                                "name": "apps",
                                "properties": {"addressPrefix": "10.0.0.0/20"},
                            }
                        ],
                    },
                }
            ]
        ],
        "providers/Microsoft.Network/dnszones": [[{"id": f"{group}/dnszones/{DOMAIN}", "name": DOMAIN}]],
        "providers/Microsoft.Network/privateDnsZones": [[]],
    }
