"""What a repository's address means."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.domain.components import Repositories
from chalicelib.domain.git import Repository, is_host, parse_repository, repositories_of

SHOP = Repository("github.com", "acme/shop")


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://github.com/acme/shop", SHOP),
        ("https://github.com/acme/shop.git", SHOP),
        ("https://GitHub.com/acme/shop/", SHOP),
        ("https://github.com:443/acme/shop", SHOP),
        ("git@github.com:acme/shop.git", SHOP),
        ("ssh://git@github.com/acme/shop.git", SHOP),
        ("https://gitlab.example.com/a/b/c-d/e.f", Repository("gitlab.example.com", "a/b/c-d/e.f")),
        ("https://github.com/acme/.github", Repository("github.com", "acme/.github")),
    ],
)
def test_an_address_names_a_host_and_a_path(url: str, meant: Repository) -> None:
    assert parse_repository(url) == meant


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://github.com/acme/shop",
        "https://user:password@github.com/acme/shop",
        "https://token@github.com/acme/shop",
        "https://github.com/acme",
        "https://github.com/acme/shop?x=1",
        "https://github.com/acme/shop#readme",
        "https://github.com/acme/../shop",
        "https://github.com/acme//shop",
        "https://github.com/acme/%2e%2e/shop",
        "https://github.com:8443/acme/shop",
        "https://127.0.0.1/acme/shop",
        "https://[::1]/acme/shop",
        "https://localhost/acme/shop",
        "https://2130706433/acme/shop",
        "git@github.com:/",
        "file:///etc/passwd",
        "https://github.com:port/acme/shop",
    ],
)
def test_anything_else_names_none(url: str) -> None:
    assert parse_repository(url) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_it(text: str) -> None:
    for url in (text, f"https://{text}", f"git@{text}", f"https://github.com/{text}"):
        found = parse_repository(url)
        assert found is None or (is_host(found.host) and parse_repository(found.https_url) == found)


@pytest.mark.parametrize("host", ["github.com", "gitlab.example.co.uk", "git.xn--bcher-kva.example"])
def test_a_host_is_a_full_name(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "localhost", "127.0.0.1", "GitHub.com", "a.b.", "-a.com", "a..com", "a.com:443", "a.1", "a_b.com"],
)
def test_a_bare_name_an_address_and_a_port_are_no_host(host: str) -> None:
    assert not is_host(host)


def test_the_repositories_of_a_snapshot() -> None:
    assert repositories_of(json.dumps({"repositories": {"apps_destination_repo": "git@a.b:c/d"}})) == {
        "git@a.b:c/d"
    }
    assert repositories_of(json.dumps({"repositories": None})) == frozenset()


def test_a_configuration_takes_no_address_with_a_password_in_it() -> None:
    with pytest.raises(ValidationError):
        Repositories(apps_destination_repo="https://ada:hunter2@github.com/acme/shop")
