"""The loopback endpoint as terraform and the AWS SDK see it; a stranger on the machine gets nothing."""

import json
import socket
from collections.abc import Iterator

import httpx
import pytest

from chalicelib.domain.state import LockInfo
from runner_task.errors import ApiRefused, StateUnreadable
from runner_task.loopback import Loopback
from runner_task.state_session import StateSession


class FakeSession(StateSession):
    """Answers from memory, or raises what it is told to."""

    def __init__(self) -> None:
        self.content: bytes | None = None
        self.error: Exception | None = None
        self.problem = None
        self.calls: list[tuple[object, ...]] = []

    def read(self) -> bytes | None:
        if self.error:
            raise self.error
        return self.content

    def write(self, clear: bytes, lock_id: str) -> None:
        self.calls.append(("write", clear, lock_id))

    def lock(self, info: LockInfo) -> None:
        if self.error:
            raise self.error
        self.calls.append(("lock", info.id, info.who))

    def unlock(self, lock_id: str | None) -> None:
        self.calls.append(("unlock", lock_id))


class Served:
    """A loopback with its session and a client that knows the password."""

    def __init__(self, loopback: Loopback, session: FakeSession, problems: list[str]) -> None:
        self.loopback, self.session, self.problems = loopback, session, problems
        self.state = f"{loopback.address}/state"
        self.client = httpx.Client(auth=(loopback.username, loopback.password), trust_env=False)


@pytest.fixture
def served() -> Iterator[Served]:
    session, problems = FakeSession(), list[str]()
    with Loopback(session, problems.append) as loopback:
        yield Served(loopback, session, problems)


@pytest.mark.parametrize("method", ["GET", "POST", "LOCK", "UNLOCK"])
def test_a_stranger_is_refused(served: Served, method: str) -> None:
    for auth in (None, (served.loopback.username, "guess")):
        answer = httpx.request(method, served.state, auth=auth, trust_env=False)
        assert answer.status_code == 401 and not served.session.calls


def test_no_state_is_204_and_a_state_is_its_bytes(served: Served) -> None:
    assert served.client.get(served.state).status_code == 204
    served.session.content = b"{}"
    assert served.client.get(served.state).content == b"{}"


def test_an_unreadable_state_is_an_error_and_never_a_404(served: Served) -> None:
    for error in (StateUnreadable("It is gone."), ApiRefused(404, "It is gone."), RuntimeError("canary")):
        served.session.error = error
        assert served.client.get(served.state).status_code == 500
    assert served.problems[0] == "It is gone." and "canary" not in str(served.problems)


def test_a_write_carries_the_lock_s_id(served: Served) -> None:
    assert served.client.post(served.state, params={"ID": "lock-1"}, content=b"{}").status_code == 200
    assert served.session.calls == [("write", b"{}", "lock-1")]


def test_a_write_without_a_lock_is_refused(served: Served) -> None:
    assert served.client.post(served.state, content=b"{}").status_code == 500
    assert served.session.calls == []


def test_lock_and_unlock(served: Served) -> None:
    info = {"ID": "lock-1", "Who": "me", "Operation": "plan"}
    assert served.client.request("LOCK", served.state, json=info).status_code == 200
    assert served.client.request("UNLOCK", served.state, json=info).status_code == 200
    assert served.session.calls == [("lock", "lock-1", "me"), ("unlock", "lock-1")]


def test_a_held_lock_names_its_holder_once(served: Served) -> None:
    served.session.error = ApiRefused(423, "locked", {"id": "lock-9", "who": "them", "created": ""})
    for _ in range(2):
        answer = served.client.request("LOCK", served.state, json={"ID": "lock-1"})
        assert answer.status_code == 423 and answer.json() == {"ID": "lock-9", "Who": "them"}
    assert served.problems == ["The state is locked by them; lock lock-9."]


def test_force_unlock_sends_an_empty_chunked_body(served: Served) -> None:
    host, port = served.loopback.address.removeprefix("http://").split(":")
    basic = served.client.build_request("GET", served.state)
    authorization = next(served.client.auth.sync_auth_flow(basic)).headers["Authorization"]  # type: ignore[union-attr]
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        head = f"UNLOCK /state HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n"
        connection.sendall((head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").encode())
        assert b" 200 " in connection.recv(100)
    assert served.session.calls == [("unlock", None)]


def test_a_cloud_that_lets_us_in_no_more_is_told_once_and_is_no_word_about_the_state(served: Served) -> None:
    def refuse() -> dict[str, str]:
        raise StateUnreadable("the role is gone")

    served.loopback.credentials = refuse
    headers = {"Authorization": served.loopback.credentials_token}
    for _ in range(3):
        answer = httpx.get(f"{served.loopback.address}/credentials", headers=headers, trust_env=False)
        assert answer.status_code == 500
    assert served.problems == ["There are no fresh credentials for the cloud: the role is gone"]
    assert served.session.problem is None


def test_credentials_need_their_token(served: Served) -> None:
    served.loopback.credentials = lambda: {"AccessKeyId": "key"}
    environment = served.loopback.credentials_environment()
    url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    assert httpx.get(url, trust_env=False).status_code == 401
    answer = httpx.get(url, headers={"Authorization": token}, trust_env=False)
    assert json.loads(answer.content) == {"AccessKeyId": "key"}
