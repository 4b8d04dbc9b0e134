"""An issuer's keys over HTTPS (plain HTTP only on loopback, for the embedded issuer)."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from ..domain.errors import Unavailable

SECONDS = 3
MAX_BYTES = 256 * 1024
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class HttpKeySet:
    """:class:`~chalicelib.services.ports.key_sets.KeySet` at a URL."""

    def __init__(self, url: str) -> None:
        if not _nobody_between(url):
            raise ValueError("the JWKS address must be https (http only on loopback)")
        self._url = url

    def fetch(self) -> Mapping[str, Mapping[str, Any]]:
        """Key id → JWK, as published now."""
        try:
            with urllib.request.urlopen(self._url, timeout=SECONDS) as answer:  # noqa: S310  scheme checked above
                if not _nobody_between(answer.url):  # a redirect led out of TLS
                    raise ValueError(answer.url)
                keys = json.loads(answer.read(MAX_BYTES))["keys"]
                return {key["kid"]: key for key in keys if "kid" in key}
        except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError):
            raise Unavailable("The sign-in issuer's keys can't be fetched now. Try again shortly.") from None


def _nobody_between(url: str) -> bool:
    """Whether what comes from there is what was sent."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
