"""Rows of zones: people, invitations, git links, linked accounts, runners."""

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute

from .base import SpecsTable


class ZoneRow(SpecsTable):
    zone_id = UnicodeAttribute()
    name = UnicodeAttribute()
    rules = JSONAttribute(default=dict)
    """A :class:`~chalicelib.domain.zone_rules.ZoneRules`."""
    rules_version = NumberAttribute(default=0)
    """Rises with each change of ``rules``."""
    admins = NumberAttribute(default=1)
    """How many members are admins: the condition that keeps the last one."""
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()


class MembershipRow(SpecsTable):
    zone_id = UnicodeAttribute()
    role = UnicodeAttribute()


class MemberRow(SpecsTable):
    user = UnicodeAttribute()
    role = UnicodeAttribute()
    since = UnicodeAttribute()


class InvitationRow(SpecsTable):
    invitation_id = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    role = UnicodeAttribute()
    code_sha256 = UnicodeAttribute()
    """Of the code that is shown once; whoever brings it joins."""
    status = UnicodeAttribute()
    accepted_by = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()
    """Unix seconds."""
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()


class GitLinkRow(SpecsTable):
    """A linked git host without its tokens, which are in Secrets Manager."""

    zone_id = UnicodeAttribute()
    host = UnicodeAttribute()
    kind = UnicodeAttribute()
    account = UnicodeAttribute()
    linked_by = UnicodeAttribute()
    linked_at = UnicodeAttribute()
    expires_at = UnicodeAttribute(null=True)
    refreshable = BooleanAttribute(default=False)
    problem = UnicodeAttribute(null=True)
    problem_at = UnicodeAttribute(null=True)
    version = NumberAttribute()


class GitLockRow(SpecsTable):
    holder = UnicodeAttribute()
    until = NumberAttribute()
    """Unix seconds: from then on anybody may take it."""


class IdentityRow(SpecsTable):
    identity_id = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    provider = UnicodeAttribute()
    name = UnicodeAttribute()
    account_id = UnicodeAttribute(null=True)
    method = UnicodeAttribute(null=True)
    role_reference = UnicodeAttribute(null=True)
    worker_role_reference = UnicodeAttribute(null=True)
    external_id = UnicodeAttribute(null=True)
    proved_role = UnicodeAttribute(null=True)
    gcp = JSONAttribute(null=True)
    azure = JSONAttribute(null=True)
    region = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    problem = UnicodeAttribute(null=True)
    tested_at = UnicodeAttribute(null=True)
    tested_as_of = UnicodeAttribute(null=True)
    """When the test that ``status`` was told by began: an older one that ends later changes nothing."""
    test_job_id = UnicodeAttribute(null=True)
    resources_at = UnicodeAttribute(null=True)
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


class ResourcesRow(SpecsTable):
    fetched = JSONAttribute()
    """A :class:`~chalicelib.domain.identity.FetchedResources`."""
    fetched_at = UnicodeAttribute()


class RunnerRow(SpecsTable):
    runner_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    name = UnicodeAttribute()
    zone_id = UnicodeAttribute(null=True)
    """``None`` for the platform's own runner."""
    credential_sha256 = UnicodeAttribute()
    former_sha256 = UnicodeAttribute(null=True)
    draining = BooleanAttribute(default=False)
    worker = JSONAttribute(null=True)
    """A deployed runner's stack; its status and job stand beside it, for conditions."""
    worker_status = UnicodeAttribute(null=True)
    worker_job = UnicodeAttribute(null=True)
    version = UnicodeAttribute(null=True)
    slots = NumberAttribute(null=True)
    last_seen_at = UnicodeAttribute(null=True)
    request_hash = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute(null=True)
    created_by = UnicodeAttribute(null=True)
