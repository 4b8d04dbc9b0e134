"""Where the control plane sends nothing, whatever a person names."""

import socket
from typing import Any

import pytest

from chalicelib.adapters.git_hosts import HttpGitHosts, read_urls
from chalicelib.adapters.https import NoAnswer, is_public, send
from chalicelib.domain.git import GitKind
from chalicelib.services.ports.git import HostUnreachable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:a9fe:a9fe::1", "::127.0.0.1", "::",
    ],
)  # fmt: skip
def test_an_address_of_somebody_s_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["140.82.121.4", "2606:50c0:8000::154", "64:ff9b::8c52:7904"])
def test_an_address_of_the_open_internet_is(address: str) -> None:
    assert is_public(address)


def test_a_name_that_leads_inside_reaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", ("140.82.121.4", 443)), (0, 0, 0, "", ("169.254.169.254", 443))]

    def connect(*_: Any, **__: Any) -> None:
        raise AssertionError("nothing is to be connected to")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(HostUnreachable):
        HttpGitHosts({}).account_of(GitKind.GITLAB, "git.acme.example", "canary")


def test_the_next_address_is_tried_when_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def connect(place: tuple[str, int], *_: Any) -> None:
        tried.append(place[0])
        raise OSError("no route")

    found = [(0, 0, 0, "", (address, 443)) for address in ("2606:50c0:8000::154", "140.82.121.4")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NoAnswer):
        send("GET", "https://git.acme.example/")
    assert tried == ["2606:50c0:8000::154", "140.82.121.4"]


@pytest.mark.parametrize("url", ["http://git.acme.example/api", "ftp://127.0.0.1/", "file:///etc/passwd"])
def test_nothing_is_sent_in_clear_beyond_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        send("GET", url)


def test_what_was_sent_is_in_no_error() -> None:
    with pytest.raises(NoAnswer) as refused:
        send("GET", "http://127.0.0.1:9/", headers={"Authorization": "Bearer canary"})
    assert "canary" not in repr(refused.value)


@pytest.mark.parametrize(
    ("host", "kind", "api"),
    [
        ("github.com", GitKind.GITHUB, "https://api.github.com"),
        ("acme.ghe.com", GitKind.GITHUB, "https://api.acme.ghe.com"),
        ("git.acme.example", GitKind.GITHUB, "https://git.acme.example/api/v3"),
        ("gitlab.com", GitKind.GITLAB, "https://gitlab.com/api/v4"),
        ("test.example", GitKind.GITLAB, "http://127.0.0.1:1/api/v4"),
    ],
)
def test_each_host_has_its_api_where_its_maker_puts_it(host: str, kind: GitKind, api: str) -> None:
    assert HttpGitHosts(read_urls("test.example=http://127.0.0.1:1/"))._api(kind, host) == api
