"""What one value of the form does on each cloud, where that differs by more than a name.

A conversion carries such a value as it is. Whoever reads its report has to know what they get for it: another
machine that is paid for, a standby that nobody can read from, senders that must say more than before.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.words import CloudProvider

Meaning = Mapping[CloudProvider, str]

MEANINGS: Mapping[str, tuple[Any, Meaning]] = {
    "network.single_nat_gateway": (
        False,
        {
            CloudProvider.AWS: "a NAT gateway in each zone",
            CloudProvider.GCP: "one Cloud NAT, which spans the zones, with three addresses",
            CloudProvider.AZURE: "a NAT gateway in each zone",
        },
    ),
    "dns.waf_enabled": (
        True,
        {
            CloudProvider.AWS: "a web ACL",
            CloudProvider.GCP: "a policy of Cloud Armor",
            CloudProvider.AZURE: (
                "a firewall policy and, where there is a subnet for it, an Application Gateway, which is "
                "paid for by the hour"
            ),
        },
    ),
    "databases[].multi_az": (
        True,
        {
            CloudProvider.AWS: "a reader in another zone, which takes over when the writer is lost",
            CloudProvider.GCP: (
                "a standby in another zone, which nobody can read from, and a read replica beside it unless "
                "read_replicas says otherwise: each is a machine that is paid for"
            ),
            CloudProvider.AZURE: "a standby in another zone, which nobody can read from",
        },
    ),
    "queues[].fifo": (
        True,
        {
            CloudProvider.AWS: "order within a message group, which the sender names",
            CloudProvider.GCP: "order within an ordering key, which the sender names",
            CloudProvider.AZURE: "order within a session, which the sender names and the reader accepts",
        },
    ),
    "nosql_tables[].table_type": (
        "global",
        {
            CloudProvider.AWS: "a table in each region, and each takes writes",
            CloudProvider.GCP: "one table of a multi-region, which takes writes at one address",
            CloudProvider.AZURE: "a copy in each region, of which the table's own takes writes",
        },
    ),
    "nosql_tables[].point_in_time_recovery": (
        True,
        {
            CloudProvider.AWS: "any moment of the last 35 days",
            CloudProvider.GCP: "any minute of the last 7 days",
            CloudProvider.AZURE: "any moment of the last 30 days",
        },
    ),
    "storage_buckets[].encryption": (
        True,
        {
            CloudProvider.AWS: "a key of KMS, except for public objects",
            CloudProvider.GCP: "a key of Cloud KMS, which the project holds",
            CloudProvider.AZURE: "a second layer of encryption, with keys that Azure holds",
        },
    ),
}
"""Field → a value of it, and what that is on each cloud."""


def meaning_of(
    field: str, value: Any, source: CloudProvider, target: CloudProvider
) -> tuple[str, str] | None:
    """What the value was on `source` and is on `target`; ``None`` where that is the same."""
    told, meaning = MEANINGS.get(field, (None, {}))
    if value != told or meaning.get(source) == meaning.get(target):
        return None
    if source not in meaning or target not in meaning:
        return None
    return meaning[source], meaning[target]
