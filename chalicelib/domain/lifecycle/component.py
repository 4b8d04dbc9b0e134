"""A component, moved one by one from terraform's own progress events."""

from enum import StrEnum

from .table import Lifecycle


class ComponentStatus(StrEnum):
    PENDING = "PENDING"
    CREATING = "CREATING"
    ACTIVE = "ACTIVE"
    UPDATING = "UPDATING"
    FAILED = "FAILED"
    DESTROYING = "DESTROYING"
    DESTROYED = "DESTROYED"


class ComponentEvent(StrEnum):
    CREATE = "create"
    """terraform began to create a first resource of the component."""
    UPDATE = "update"
    """terraform began to change or replace a resource of a component that exists."""
    DESTROY = "destroy"
    FINISH = "finish"
    """Everything that was in hand for the component is done."""
    FAIL = "fail"


S, E = ComponentStatus, ComponentEvent

COMPONENT = Lifecycle(
    "component",
    {
        **{(status, E.CREATE): S.CREATING for status in (S.PENDING, S.CREATING, S.FAILED, S.DESTROYED)},
        **{(status, E.CREATE): S.UPDATING for status in (S.ACTIVE, S.UPDATING)},
        **{(status, E.UPDATE): S.UPDATING for status in (S.ACTIVE, S.UPDATING, S.FAILED)},
        (S.CREATING, E.UPDATE): S.CREATING,
        (S.PENDING, E.UPDATE): S.UPDATING,
        **{(status, E.DESTROY): S.DESTROYING for status in S if status is not S.DESTROYED},
        **{(status, E.FINISH): S.ACTIVE for status in S if status not in (S.DESTROYING, S.DESTROYED)},
        (S.DESTROYING, E.FINISH): S.DESTROYED,
        (S.DESTROYED, E.FINISH): S.DESTROYED,
        **{(status, E.FAIL): S.FAILED for status in S if status is not S.DESTROYED},
    },
)
