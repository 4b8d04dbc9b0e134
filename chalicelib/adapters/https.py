"""Requests to hosts that people name: over TLS, to public addresses only, answered in one go.

A host's name is resolved once, every address is looked at, and the connection goes to one of those: a name
that leads into a private network, or changes where it leads, reaches nothing. Redirects are not followed.
"""

import http.client
import ipaddress
import json
import socket
import ssl
import urllib.parse
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

SECONDS = 5
MAX_BYTES = 1024 * 1024
MOST_ADDRESSES = 3
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Answer(NamedTuple):
    """Status, headers in lower case, and the JSON value of the body (``None`` if it is none)."""

    status: int
    headers: Mapping[str, str]
    value: Any


class NoAnswer(Exception):
    """Nothing answered, or the name leads to no public address. Says nothing of what was sent."""


def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
) -> Answer:
    """One request. Plain HTTP is spoken on loopback only, to an address that a setting named.

    Raises
    ------
    NoAnswer
        Each kind of not getting one.
    ValueError
        Neither ``https`` nor loopback.
    """
    parts = urllib.parse.urlsplit(url)
    body = None if form is None else urllib.parse.urlencode(form)
    sent = {"User-Agent": "alethia", "Accept": "application/json", **(headers or {})}
    if body is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection = _connection(parts)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        raw = response.read(MAX_BYTES)
    except (OSError, http.client.HTTPException):
        raise NoAnswer(f"{parts.hostname} did not answer") from None
    finally:
        connection.close()
    try:
        value = json.loads(raw)
    except ValueError:
        value = None
    return Answer(response.status, {name.lower(): text for name, text in response.getheaders()}, value)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, and so is an IPv4 address that it leads to."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _OWN_GATEWAYS:
            return False
        parsed = _within(parsed) or parsed
    return parsed.is_global and not parsed.is_multicast


def _within(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a gateway, or this machine, makes of an IPv6 one (RFC 4291, 3056, 6052)."""
    if any(address in network for network in _ENDING_IN_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


_OWN_GATEWAYS = ipaddress.IPv6Network("64:ff9b:1::/48")
"""Of networks that lead to IPv4 in a way of their own (RFC 8215)."""

_ENDING_IN_IPV4 = tuple(map(ipaddress.IPv6Network, ("::/96", "64:ff9b::/96")))


def _connection(parts: urllib.parse.SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        return _PublicConnection(host, parts.port or 443, timeout=SECONDS, context=_tls())
    if parts.scheme == "http" and host in LOOPBACK:
        return http.client.HTTPConnection(host, parts.port or 80, timeout=SECONDS)
    raise ValueError("a git host's address must be https (http only on loopback)")


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _PublicConnection(http.client.HTTPSConnection):
    """Connects to an address that was looked at, and checks the certificate for the name."""

    def connect(self) -> None:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
        if not addresses or not all(is_public(address) for address in addresses):
            raise OSError("no public address")
        plain = self._first_that_answers(addresses)
        try:
            self.sock = _tls().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def _first_that_answers(self, addresses: Sequence[str]) -> socket.socket:
        """Where IPv6 leads nowhere, the next address may be IPv4."""
        for address in addresses[:MOST_ADDRESSES]:
            with suppress(OSError):
                return socket.create_connection((address, self.port), self.timeout)
        raise OSError("no answer")
