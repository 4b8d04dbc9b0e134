"""Rows of specs: components by revision, facts, terraform states."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from .base import SpecsTable


class SpecRow(SpecsTable):
    spec_id = UnicodeAttribute()
    zone_id = UnicodeAttribute()
    project_name = UnicodeAttribute()
    environment_stage = UnicodeAttribute()
    provider = UnicodeAttribute()
    region = UnicodeAttribute()
    terraform_version = UnicodeAttribute()
    cloud_identity = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    settled_status = UnicodeAttribute()
    current_rev = NumberAttribute()
    config_hash = UnicodeAttribute()
    applied_config_hash = UnicodeAttribute(null=True)
    live_run = UnicodeAttribute(null=True)
    request_hash = UnicodeAttribute(null=True)
    """sha256 of the request that made the row: a repeat with another body is refused."""
    created_at = UnicodeAttribute()
    created_by = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class ComponentRow(SpecsTable):
    kind = UnicodeAttribute()
    name = UnicodeAttribute()
    config = JSONAttribute()
    request_hash = UnicodeAttribute(null=True)
    """On a revision's head only: the request that it was written for."""


class FactRow(SpecsTable):
    kind = UnicodeAttribute()
    name = UnicodeAttribute()
    status = UnicodeAttribute()
    facts = JSONAttribute(default=dict)
    work = JSONAttribute(null=True)
    """What terraform has in hand for it: a :class:`~chalicelib.services.ports.facts.Work`."""
    version = NumberAttribute(default=0)
    """Rises with each write; a writer that read an older one loses."""
    updated_at = UnicodeAttribute()


class StateRow(SpecsTable):
    zone_id = UnicodeAttribute()
    spec_id = UnicodeAttribute()
    name = UnicodeAttribute()
    epoch = NumberAttribute(default=0)
    lock_id = UnicodeAttribute(null=True)
    lock = JSONAttribute(null=True)
    serial = NumberAttribute(null=True)
    sha256 = UnicodeAttribute(null=True)
    version = JSONAttribute(null=True)
    """The head: a :class:`~chalicelib.domain.state.StateVersion`."""
    granted = JSONAttribute(null=True)
    """The lock that the epoch was granted with; outlives the unlock."""


class StateVersionRow(SpecsTable):
    serial = NumberAttribute()
    sha256 = UnicodeAttribute()
    status = UnicodeAttribute()
    version = JSONAttribute()


class StateActRow(SpecsTable):
    act = JSONAttribute()
    """A :class:`~chalicelib.domain.state.StateAct`. ``zone_key`` is ``{pk}#ACTS``, ``listed_at`` its time."""
    request_hash = UnicodeAttribute()
