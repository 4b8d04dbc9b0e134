"""Which permission a call to AWS needs: what the emulated cloud recorded, against what a link allows.

Most operations need the action of their own name; the exceptions are S3's, which are older than their names,
and the services whose signing name differs from IAM's prefix.
"""

import json
import urllib.request

from chalicelib.providers.aws.permissions import actions

NEEDS_NOTHING = frozenset({"sts:GetCallerIdentity", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"})
PREFIXES = {"monitoring": "cloudwatch"}
"""Signing name → IAM's prefix, where they differ."""

S3 = {
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "DeleteObjects": "DeleteObject",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
}


def action_of(call: str) -> str | None:
    """``s3:HeadBucket`` → ``s3:ListBucket``; ``None`` for what anybody may."""
    service, operation = call.split(":")
    if call in NEEDS_NOTHING:
        return None
    if service == "s3":
        operation = S3.get(operation, operation)
    return f"{PREFIXES.get(service, service)}:{operation}"


def recorded_calls(cloud: str, account_id: str) -> list[str]:
    """Every call that the emulated cloud at `cloud` was asked for in an account."""
    with urllib.request.urlopen(f"{cloud}/_alethia/calls?account={account_id}") as answer:
        calls: list[str] = json.load(answer)["calls"]
        return calls


def not_allowed(calls: list[str]) -> list[str]:
    """The actions of `calls` that a link's policies do not list."""
    allowed = set(actions())
    needed = {action for call in calls if (action := action_of(call)) is not None}
    return sorted(needed - allowed)
