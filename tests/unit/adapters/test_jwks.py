"""Keys count only when nobody could change them on their way."""

import io
import urllib.request
from typing import Any

import pytest

from chalicelib.adapters.jwks import HttpKeySet
from chalicelib.domain.errors import Unavailable

KEYS = b'{"keys": [{"kid": "k", "kty": "RSA"}]}'


class Answered(io.BytesIO):
    """What `urlopen` gives: the body, and the address that it came from in the end."""

    def __init__(self, url: str) -> None:
        super().__init__(KEYS)
        self.url = url


def keys_from(monkeypatch: pytest.MonkeyPatch, url: str) -> Any:
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: Answered(url))
    return HttpKeySet("https://issuer.example/keys").fetch()


def test_a_redirect_within_tls_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(keys_from(monkeypatch, "https://keys.issuer.example/")) == {"k"}


def test_keys_that_came_in_clear_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unavailable, match="keys can't be fetched"):
        keys_from(monkeypatch, "http://issuer.example/keys")


@pytest.mark.parametrize("url", ["http://issuer.example/keys", "file:///etc/passwd", "ftp://127.0.0.1/"])
def test_an_address_without_tls_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        HttpKeySet(url)
