"""The one place that wires adapters into services.

:func:`container` is the process's own, made from the environment on first use; tests and the embedded stack
put theirs in its place with :func:`use`. Every service is a cached property that imports its adapters when
first asked for: a Lambda pays at cold start only for what it serves. The container is one class in six
layers, each of which may use those before it::

    Outside       time, tables, the store, keys, AWS
    People        who is calling; zones, identities, specs
    Storage       sealed objects, states, reviews
    Rules         what zones' rules say
    Dispatching   attempts of jobs; runners in customers' accounts
    Work          runs, jobs, runners, the workflow's steps
"""

from ..settings import Settings, settings
from .work import Work

__all__ = ["Container", "Settings", "container", "use"]


class Container(Work):
    """Every service of one deployment. `clock` can be a test's."""


_current: Container | None = None


def container() -> Container:
    """The process's services."""
    global _current
    if _current is None:
        _current = Container(settings())
    return _current


def use(replacement: Container | None) -> None:
    """Put another deployment's services in place (``None``: the environment's own again)."""
    global _current
    _current = replacement
