"""The tools with which a fix reaches into moto.

All of them fail when moto no longer looks the way the fix expects, so that an update can't silently turn a
fix into nothing.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

Method = Callable[..., Any]


def around(owner: type, name: str) -> Callable[[Method], Method]:
    """Replace method `name` of `owner` by the decorated function, which is given the original first.

    ::

        @around(Queue, "_set_attributes")
        def keep_policy(original, queue, attributes, now=None): ...
    """
    original = owner.__dict__[name]

    def replace(wrapper: Method) -> Method:
        @functools.wraps(original)
        def method(*args: Any, **kwargs: Any) -> Any:
            return wrapper(original, *args, **kwargs)

        setattr(owner, name, method)
        return wrapper

    return replace


def around_property(owner: type, name: str) -> Callable[[Method], Method]:
    """Replace the getter of property `name` of `owner`; the function is given the original first."""
    original = owner.__dict__[name].fget

    def replace(wrapper: Method) -> Method:
        setattr(owner, name, property(lambda self: wrapper(original, self)))
        return wrapper

    return replace


def add_actions(response: type, actions: type) -> None:
    """Teach a service the API calls that the functions of class `actions` are named after.

    Raises
    ------
    RuntimeError
        moto answers such a call itself by now.
    """
    for name, function in inspect.getmembers(actions, inspect.isfunction):
        if hasattr(response, name):
            raise RuntimeError(f"moto's {response.__name__} has {name} of its own now; drop ours")
        setattr(response, name, function)
