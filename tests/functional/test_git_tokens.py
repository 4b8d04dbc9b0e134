"""How a job reads its repositories: with the zone's token, as anybody, or not at all."""

import json
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from chalicelib.adapters.dynamodb.connection import EMULATOR_CREDENTIALS
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.messages import Outcome
from chalicelib.settings import Settings
from tests.support.git_hosts import CLIENT_SECRET, GitHost
from tests.support.git_world import SELF_MANAGED, GitWorld

SHOP = "https://github.com/acme/shop"
LAB_SHOP = "https://gitlab.com/acme/web/shop.git"
PUBLIC = {"access": "public", "username": None, "token": None, "expires_at": None}


class TestWhatAJobGets:
    def test_the_token_that_reads_it(self, git: GitWorld) -> None:
        token = git.github.token_of("bot")
        git.github.private["acme/shop"] = {"bot"}
        git.link(token=token)
        git.names_repository(SHOP)
        answer = {"access": "token", "username": "x-access-token", "token": token, "expires_at": None}
        assert git.ask().json == answer

    def test_gitlab_s_token_for_a_repository_deep_in_groups(self, git: GitWorld) -> None:
        token = git.gitlab.token_of("bot")
        git.gitlab.private["acme/web/shop"] = {"bot"}
        git.link("gitlab.com", "gitlab", token=token)
        git.names_repository(LAB_SHOP)
        assert (git.ask().json["username"], git.ask().json["token"]) == ("oauth2", token)

    def test_a_self_managed_host_s_token(self, git: GitWorld) -> None:
        git.gitlab.private["acme/shop"] = {"bot"}
        git.link(SELF_MANAGED, "gitlab", token=git.gitlab.token_of("bot"))
        git.names_repository(f"git@{SELF_MANAGED}:acme/shop.git")
        assert git.ask().json["access"] == "token"

    def test_nothing_for_a_public_repository_of_a_host_that_is_not_linked(self, git: GitWorld) -> None:
        git.github.public.add("acme/shop")
        git.names_repository(SHOP)
        assert git.ask().json == PUBLIC
        assert [token for _, token in git.github.asked] == [None]

    def test_nothing_for_a_public_repository_that_the_token_does_not_read(self, git: GitWorld) -> None:
        # Such as a token that is confined to other repositories: hosts then say 404.
        git.link(token=git.github.token_of("bot"))
        git.github.asked.clear()
        git.names_repository(SHOP)
        assert git.ask().error["code"] == "NoRepositoryAccess"
        git.github.public.add("acme/shop")
        assert [bool(token) for _, token in git.github.asked] == [True, False]

    def test_the_token_of_a_repository_that_was_renamed(self, git: GitWorld) -> None:
        git.github.renamed["acme/shop"] = "acme/store"
        git.github.private["acme/store"] = {"bot"}
        git.link(token=git.github.token_of("bot"))
        git.names_repository(SHOP)
        assert git.ask().json["access"] == "token"

    def test_a_redirect_to_another_host_takes_no_token_along(self, git: GitWorld) -> None:
        token = git.github.token_of("bot")
        git.github.renamed["acme/shop"] = f"{git.gitlab.url}/elsewhere"
        git.link(token=token)
        git.names_repository(SHOP)
        assert git.ask().status == 403
        assert git.gitlab.asked == []


class TestNoAccess:
    @pytest.mark.parametrize(
        ("url", "linked", "cause", "words"),
        [
            (SHOP, False, "not_linked", "an admin can link github.com"),
            (SHOP, True, "no_access", "bot, whose token is linked"),
            ("https://git.elsewhere.example/acme/shop", False, "not_linked", "has not linked git.elsewhere"),
            ("https://github.com/acme", False, "address", "address"),
        ],
    )
    def test_says_which_repository_and_the_way_out(
        self, git: GitWorld, url: str, linked: bool, cause: str, words: str
    ) -> None:
        if linked:
            git.link(token=git.github.token_of("bot"))
        git.names_repository(url)
        reply = git.ask()
        assert (reply.status, reply.error["code"]) == (403, "NoRepositoryAccess")
        assert reply.error["details"]["cause"] == cause
        assert words in reply.error["message"]

    def test_a_token_that_was_taken_back_is_told_to_the_zone(self, git: GitWorld) -> None:
        token = git.github.token_of("bot")
        git.link(token=token)
        git.names_repository(SHOP)
        del git.github.tokens[token]
        reply = git.ask()
        assert (reply.status, reply.error["details"]["cause"]) == (403, "token")
        assert "Link the host again" in reply.error["message"]
        assert "no longer accepts" in git.ada.get(git.path()).json["problem"]

    def test_an_unlinked_host_gives_no_token_any_more(self, git: GitWorld) -> None:
        git.github.private["acme/shop"] = {"bot"}
        git.link(token=git.github.token_of("bot"))
        git.names_repository(SHOP)
        assert git.ask().status == 200
        git.ada.delete(git.path())
        assert git.ask().status == 403

    def test_a_host_that_limits_us_or_is_down_is_not_a_repository_without_access(self, git: GitWorld) -> None:
        git.names_repository(SHOP)
        for limit in (
            (403, {"X-RateLimit-Remaining": "0"}, {"message": "API rate limit exceeded"}),
            (429, {"Retry-After": "60"}, {"message": "slow down"}),
            (403, {"Retry-After": "60"}, {"message": "secondary rate limit"}),
            (502, {}, "Bad gateway"),
        ):
            git.github.limited = limit
            assert git.ask().status == 503

    def test_what_is_known_is_said_even_if_the_host_takes_no_anonymous_requests(self, git: GitWorld) -> None:
        git.link(token=git.github.token_of("bot"))
        git.names_repository(SHOP)
        git.github.limits_anonymous = True
        assert git.ask().error["details"]["cause"] == "no_access"
        git.ada.delete(git.path())
        assert git.ask().status == 503


class TestWhoMayAsk:
    def test_only_for_a_repository_of_the_frozen_configuration(self, git: GitWorld) -> None:
        git.github.private["acme/other"] = {"bot"}
        git.link(token=git.github.token_of("bot"))
        git.names_repository(SHOP)
        git.world.edit(repositories={"apps_destination_repo": "https://github.com/acme/other"})
        git.github.asked.clear()
        assert git.ask("https://github.com/acme/other").status == 404
        assert git.github.asked == []

    def test_only_while_the_attempt_works_on_the_job(self, git: GitWorld) -> None:
        git.github.public.add("acme/shop")
        git.names_repository(SHOP)
        git.world.task_stops()
        assert git.ask(attempt=1).status == 403
        git.world.claim("claim-0002")
        assert git.ask().status == 200
        git.world.report(Outcome.CANCELLED)
        assert git.ask().status == 403
        assert "token.refused" in [entry["action"] for entry in git.audit()]

    def test_only_with_the_job_s_own_token(self, git: GitWorld) -> None:
        git.names_repository(SHOP)
        path = f"/api/jobs/{git.world.job.job_id}/git-token"
        body = {"attempt": 1, "repository": SHOP}
        assert git.api.as_job("job-of-somebody-else").post(path, body).status == 404
        assert git.ada.post(path, body).status == 403
        assert git.api.as_runner("another").post(path, body).status == 403


def of_job(git: GitWorld, host: GitHost) -> GitHost:
    """The host of the job's repository, which ``bot`` reads."""
    host.private["acme/shop"] = {"bot"}
    git.names_repository(f"https://{host.kind}.com/acme/shop")
    return host


@pytest.fixture
def host(git: GitWorld) -> GitHost:
    return of_job(git, git.gitlab)


class TestRefresh:
    @pytest.mark.parametrize(
        ("kind", "minutes", "refreshes"),
        [("gitlab", 6, 0), ("gitlab", 4, 1), ("gitlab", -60, 1), ("github", 4, 1)],
    )
    def test_a_token_that_ends_within_five_minutes_is_replaced_first(
        self, git: GitWorld, kind: str, minutes: int, refreshes: int
    ) -> None:
        host = of_job(git, getattr(git, kind))
        git.link_oauth(host, minutes=minutes)
        answer = git.ask().json
        assert host.tokens[answer["token"]] == "bot"
        assert host.refreshes == refreshes
        assert git.ask().json["token"] == answer["token"], "the pair was stored"
        link = git.ada.get(git.path(f"{host.kind}.com")).json
        assert link["expires_at"] == answer["expires_at"]
        assert git.actions() == ["git_link.created", *["git_link.refreshed"] * refreshes]

    def test_pair_after_pair(self, git: GitWorld, host: GitHost) -> None:
        git.link_oauth(host)
        for _ in range(3):
            git.world.clock.advance(hours=2)
            assert git.ask().status == 200
        assert host.refreshes == 3

    def test_a_token_that_the_host_ended_early_is_replaced_too(self, git: GitWorld, host: GitHost) -> None:
        git.link_oauth(host)
        (token,) = host.tokens
        login = host.tokens.pop(token)
        host.tokens["kept-for-the-refresh"] = login
        host.refresh_tokens = dict.fromkeys(host.refresh_tokens, "kept-for-the-refresh")
        assert git.ask().json["access"] == "token"
        assert host.refreshes == 1

    @pytest.mark.parametrize("kind", ["github", "gitlab"])
    def test_a_refused_refresh_says_to_link_again(self, git: GitWorld, kind: str) -> None:
        host = of_job(git, getattr(git, kind))
        git.link_oauth(host, minutes=1)
        host.refresh_tokens.clear()
        reply = git.ask()
        assert (reply.status, reply.error["details"]["cause"]) == (403, "token")
        assert "Link the host again" in reply.error["message"]
        assert "refused to refresh" in git.ada.get(git.path(f"{host.kind}.com")).json["problem"]

    def test_linking_again_ends_the_problem(self, git: GitWorld, host: GitHost) -> None:
        git.link_oauth(host, minutes=1)
        host.refresh_tokens.clear()
        git.ask()
        git.link_oauth(host)
        assert git.ada.get(git.path(f"{host.kind}.com")).json["problem"] is None
        assert git.ask().status == 200

    def test_many_jobs_at_once_refresh_once(self, git: GitWorld, host: GitHost) -> None:
        # An ended refresh token that came back would end every token of the family.
        git.link_oauth(host, minutes=1)
        host.slow_refresh = 0.3
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: git.ask(), range(8)))
        assert {reply.status for reply in replies} == {200}, [reply.body for reply in replies]
        assert len({reply.json["token"] for reply in replies}) == 1
        assert host.refreshes == 1

    def test_a_refresh_never_overwrites_what_a_person_links_meanwhile(
        self, git: GitWorld, host: GitHost
    ) -> None:
        git.link_oauth(host, minutes=1)
        host.slow_refresh = 0.5
        host.private["acme/shop"].add("new-bot")
        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(git.ask)
            linked = pool.submit(git.link_oauth, host, "new-bot")
        assert (asked.result().status, linked.result().status) == (200, 200)
        assert host.tokens[git.ask().json["token"]] == "new-bot"

    def test_a_pair_is_not_lost_when_somebody_dies_before_the_row(
        self, git: GitWorld, host: GitHost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        git.link_oauth(host, minutes=1)
        with monkeypatch.context() as dying:
            dying.setattr(git.world.container.git_link_store, "put", _dies)
            assert git.ask().status == 503
        assert git.ask().json["access"] == "token"
        assert host.refreshes == 1
        assert git.actions() == ["git_link.created", "git_link.refreshed"]


def _dies(*_: object) -> None:
    raise Unavailable("Died here.")


def test_a_token_is_found_nowhere_but_in_the_vault_and_the_one_answer(
    git: GitWorld, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    host = of_job(git, git.gitlab)
    git.link(token="canary-mistyped")
    git.link_oauth(host, minutes=1)
    assert "canary" in git.ask().json["token"]
    host.tokens.clear()
    host.refresh_tokens.clear()
    others = [
        git.ask(),
        git.ada.get(git.path("gitlab.com")),
        git.ada.get("/api/jobs", zone_id=git.world.zone_id),
    ]
    assert [reply.status for reply in others] == [403, 200, 200]
    git.ada.delete(git.path("gitlab.com"))
    said = capsys.readouterr()
    seen = [reply.body.decode() for reply in others]
    seen += [
        said.out,
        said.err,
        caplog.text,
        json.dumps(git.audit()),
        everything(git.world.container.settings),
    ]
    assert "gitlab.com" in seen[-1], "the rows were read"
    for text in seen:
        assert "canary" not in text
        assert CLIENT_SECRET not in text


def everything(settings: Settings) -> str:
    """All rows of both tables, as a test may read them."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=settings.aws_endpoint_url,
        region_name=settings.region,
        aws_access_key_id=EMULATOR_CREDENTIALS[0],
        aws_secret_access_key=EMULATOR_CREDENTIALS[1],
    )
    tables = (settings.specs_table, settings.jobs_table)
    return json.dumps([client.scan(TableName=table)["Items"] for table in tables], default=str)
