"""GitHub's and GitLab's APIs, hosted by them or by oneself.

================  ======================================  ==================================================
question          GitHub                                  GitLab (below ``/api/v4``)
================  ======================================  ==================================================
whose token       ``GET /user``                           ``GET /user``
is code readable  ``GET /repos/{owner}/{name}/branches``  ``GET /projects/{path}/repository/branches``
refresh           ``POST /login/oauth/access_token``      ``POST /oauth/token``, beside the API
================  ======================================  ==================================================

Branches are asked for, not the repository: whoever may see a project may still not read its code.
"""

import urllib.parse
from collections.abc import Mapping
from typing import Any

from ..domain.errors import Unavailable
from ..domain.git import GitKind, GitSecret, Repository
from ..services.ports.git import HostUnreachable, NotSuchAHost, Reading, Refreshed, TokenRefused
from .https import Answer, NoAnswer, send

REDIRECTS = (301, 302, 307, 308)
MOST_REDIRECTS = 2
LIMITED = (
    "{host} takes no more requests from here for now. Try again later; a linked token is allowed far more."
)
NO_ANSWER = "{host} did not answer as it should. Try again shortly."


class HttpGitHosts:
    """:class:`~chalicelib.services.ports.git.GitHosts` over HTTPS.

    Parameters
    ----------
    urls : mapping
        Host → address of a stand-in for it, for tests.
    """

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls

    def account_of(self, kind: GitKind, host: str, token: str) -> str:
        """The login of the token's owner."""
        try:
            answer = send("GET", f"{self._api(kind, host)}/user", headers=_headers(kind, token))
        except NoAnswer:
            raise HostUnreachable(host) from None
        _check_limit(host, answer)
        if answer.status in (401, 403):
            raise TokenRefused
        name = answer.value.get(_LOGIN[kind]) if isinstance(answer.value, dict) else None
        if answer.status != 200 or not isinstance(name, str):
            raise NotSuchAHost
        return name[:100]

    def can_read(self, kind: GitKind, repository: Repository, token: str | None) -> Reading:
        """200 says yes; the host's word for no is 403 or 404, and 401 for the token itself."""
        url = self._api(kind, repository.host) + _BRANCHES[kind].format(path=_quoted(kind, repository.path))
        answer = self._following(url, repository.host, _headers(kind, token))
        _check_limit(repository.host, answer)
        if answer.status == 200:
            return Reading.YES
        if answer.status == 401 and token:
            return Reading.TOKEN_REFUSED
        if answer.status >= 500 or answer.status == 429:
            raise Unavailable(NO_ANSWER.format(host=repository.host))
        return Reading.NO

    def refresh(self, secret: GitSecret) -> Refreshed:
        """GitHub answers a refusal with 200 and an ``error``, GitLab with 400 or 401."""
        link = secret.link
        form = {"grant_type": "refresh_token", "refresh_token": secret.refresh_token or ""}
        form |= {"client_id": secret.client_id or ""}
        if secret.client_secret:
            form["client_secret"] = secret.client_secret
        try:
            answer = send("POST", self._site(link.host) + _TOKEN_PATH[link.kind], form=form)
        except NoAnswer:
            raise Unavailable(NO_ANSWER.format(host=link.host)) from None
        _check_limit(link.host, answer)
        value: Any = answer.value if isinstance(answer.value, dict) else {}
        if answer.status < 500 and "error" in value:
            raise TokenRefused
        token = value.get("access_token")
        if answer.status != 200 or not isinstance(token, str):
            raise Unavailable(NO_ANSWER.format(host=link.host))
        return Refreshed(token, value.get("refresh_token"), _seconds(value.get("expires_in")))

    def _following(self, url: str, host: str, headers: Mapping[str, str]) -> Answer:
        """A renamed repository answers with where it is now; only on the same host the token goes along."""
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = send("GET", url, headers=headers)
            except NoAnswer:
                raise Unavailable(NO_ANSWER.format(host=host)) from None
            target = urllib.parse.urljoin(url, answer.headers.get("location", ""))
            same = urllib.parse.urlsplit(target)[:2] == urllib.parse.urlsplit(url)[:2]
            if answer.status not in REDIRECTS or not same:
                return answer
            url = target
        return answer

    def _site(self, host: str) -> str:
        return self._urls.get(host) or f"https://{host}"

    def _api(self, kind: GitKind, host: str) -> str:
        if kind is GitKind.GITLAB:
            return f"{self._site(host)}/api/v4"
        if host in self._urls:
            return f"{self._urls[host]}/api/v3"
        if host == "github.com" or host.endswith(".ghe.com"):
            return f"https://api.{host}"
        return f"https://{host}/api/v3"


_LOGIN = {GitKind.GITHUB: "login", GitKind.GITLAB: "username"}
_BRANCHES = {
    GitKind.GITHUB: "/repos/{path}/branches?per_page=1",
    GitKind.GITLAB: "/projects/{path}/repository/branches?per_page=1",
}
_TOKEN_PATH = {GitKind.GITHUB: "/login/oauth/access_token", GitKind.GITLAB: "/oauth/token"}


def read_urls(text: str) -> dict[str, str]:
    """The setting ``git_host_urls``: ``host=URL`` with commas between."""
    pairs = (part.split("=", 1) for part in text.split(",") if "=" in part)
    return {host.strip(): url.strip().rstrip("/") for host, url in pairs}


def _quoted(kind: GitKind, path: str) -> str:
    return urllib.parse.quote(path, safe="/" if kind is GitKind.GITHUB else "")


def _headers(kind: GitKind, token: str | None) -> dict[str, str]:
    headers = {"Accept": "application/vnd.github+json"} if kind is GitKind.GITHUB else {}
    return headers | ({"Authorization": f"Bearer {token}"} if token else {})


def _check_limit(host: str, answer: Answer) -> None:
    """GitHub says it with 403 or 429 and nothing remaining, or a time to wait; GitLab with 429."""
    left = answer.headers.get("x-ratelimit-remaining") or answer.headers.get("ratelimit-remaining")
    told = left == "0" or "retry-after" in answer.headers
    if answer.status == 429 or (answer.status == 403 and told):
        raise Unavailable(LIMITED.format(host=host))


def _seconds(value: Any) -> int | None:
    """GitHub has sent it as a text as well."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
