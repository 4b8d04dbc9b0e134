"""WAFv2: an update with no rules removes them.

moto takes an empty list for "unchanged". Symptom: rules that were taken out of the configuration are planned
for removal for ever.
"""

import inspect
from typing import Any

from moto.wafv2.models import WAFV2Backend

from .patching import Method, around


def close_gaps() -> None:
    signature = inspect.signature(WAFV2Backend.update_web_acl)

    @around(WAFV2Backend, "update_web_acl")
    def remove_rules(original: Method, backend: Any, *args: Any, **kwargs: Any) -> str:
        lock_token: str = original(backend, *args, **kwargs)
        asked = signature.bind(backend, *args, **kwargs).arguments
        if asked["rules"] == []:
            backend.get_web_acl(None, asked["name"], asked["_id"]).rules = []
        return lock_token
