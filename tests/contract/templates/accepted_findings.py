"""Severe findings that a production-stage spec may have on each cloud, each with the reason why.

A row is for the resources that its pattern names, in a spec with two of everything (``tests/support``). What
the spec itself chooses is accepted for the component that chooses it, so that its neighbour is still judged.
"""

import re
from dataclasses import dataclass

from chalicelib.domain.words import CloudProvider
from tests.support.policy import Finding


@dataclass(frozen=True)
class Accepted:
    """A rule that may be broken, where, and why."""

    cloud: CloudProvider
    rule: str
    where: str
    """A regular expression for the whole address."""
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding."""
        return finding.rule == self.rule and re.fullmatch(self.where, finding.address) is not None


_CHOSEN_ADDRESSES = (
    "The spec names the addresses that may reach the cluster's endpoint (allowed_cidr_blocks); without them "
    "it is private. The rule takes any public address for an open one."
)
_CHOSEN_PUBLIC = (
    "The spec asks for this bucket to be public (public_access): anyone may read an object whose name they "
    "know. Buckets are private when it doesn't."
)

ACCEPTED = (
    Accepted(
        CloudProvider.AWS,
        "AWS-0031",
        r'module\.container_registry\["web"\]\..*',
        "The spec asks for tags that can be moved (image_tag_mutability MUTABLE). They are immutable else.",
    ),
    Accepted(CloudProvider.AWS, "AWS-0040", r"module\.cluster\[0\]\..*", _CHOSEN_ADDRESSES),
    Accepted(CloudProvider.AWS, "AWS-0041", r"module\.cluster\[0\]\..*", _CHOSEN_ADDRESSES),
    Accepted(CloudProvider.AWS, "AWS-0087", r'module\.storage_bucket\["assets"\]\..*', _CHOSEN_PUBLIC),
    Accepted(CloudProvider.AWS, "AWS-0093", r'module\.storage_bucket\["assets"\]\..*', _CHOSEN_PUBLIC),
    Accepted(
        CloudProvider.AWS,
        "AWS-0132",
        r'module\.storage_bucket\["(assets|invoices)"\].*',
        "Objects are encrypted with the account's own KMS key for S3, public ones with S3's, since anonymous "
        "readers can't use a KMS key. A customer-managed key for each bucket costs by the month and request, "
        "and gives nothing that the bucket's policy doesn't while one account owns both.",
    ),
    Accepted(
        CloudProvider.AWS,
        "AWS-0136",
        r'module\.topic\["(events|alerts)"\]\..*',
        "Topics are encrypted with the account's KMS key for SNS. A customer-managed key would have to let "
        "in each service that publishes.",
    ),
    Accepted(CloudProvider.GCP, "GCP-0001", r'module\.storage_bucket\["assets"\]\..*', _CHOSEN_PUBLIC),
    Accepted(CloudProvider.GCP, "GCP-0053", r"module\.cluster\[0\]\..*", _CHOSEN_ADDRESSES),
    Accepted(CloudProvider.AZURE, "AZU-0007", r'module\.storage_bucket\["assets"\]\..*', _CHOSEN_PUBLIC),
    Accepted(CloudProvider.AZURE, "AZU-0012", r'module\.storage_bucket\["assets"\]\..*', _CHOSEN_PUBLIC),
    Accepted(
        CloudProvider.AZURE,
        "AZU-0047",
        r'module\.network\[0\]\.azurerm_network_security_rule\.in\["gateway-web"\]',
        "The Application Gateway is the public entry for web traffic: ports 80 and 443 of its own subnet, "
        "behind the firewall rules. No other subnet lets the internet in.",
    ),
)
