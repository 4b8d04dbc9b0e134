"""Requests are repeated only when that is safe, and refusals arrive as what they are."""

import json

import httpx
import pytest

from alethia import transport
from alethia.transport import ClientError, Invalid, NotFound, NotSignedIn, Refused, Transport, Unreachable


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0)


class Api:
    """Answers what a test lines up, and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def asked(self) -> Transport:
        client = httpx.Client(transport=httpx.MockTransport(self))
        return Transport("http://127.0.0.1:1/", "token", client=client)


def refusal(status: int, **error: object) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": "C", "message": "M", **error}})


def test_a_write_whose_answer_was_lost_is_sent_again_under_the_same_key() -> None:
    api = Api(httpx.ReadTimeout("lost"), httpx.Response(503), httpx.Response(201, json={"id": 1}))

    assert api.asked().post("/api/zones", {"name": "a"}) == {"id": 1}

    keys = {request.headers["Idempotency-Key"] for request in api.requests}
    assert len(api.requests) == 3
    assert len(keys) == 1


def test_two_writes_have_keys_of_their_own() -> None:
    api = Api(httpx.Response(201, json={}), httpx.Response(201, json={}))
    asked = api.asked()

    asked.post("/api/zones", {"name": "a"})
    asked.post("/api/zones", {"name": "a"})

    assert len({request.headers["Idempotency-Key"] for request in api.requests}) == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotSignedIn), (404, NotFound), (409, Refused), (423, Refused), (422, Invalid), (400, Invalid)],
)
def test_a_refusal_is_final_and_carries_what_the_api_said(
    status: int, kind: type[transport.ApiError]
) -> None:
    api = Api(refusal(status, field="name", details={"run_id": "job-1"}))

    with pytest.raises(kind, match="M") as caught:
        api.asked().get("/api/x")

    assert (caught.value.field, caught.value.details) == ("name", {"run_id": "job-1"})
    assert len(api.requests) == 1


def test_patience_ends() -> None:
    api = Api(*[httpx.Response(502)] * transport.RETRIES)

    with pytest.raises(Unreachable, match="HTTP 502"):
        api.asked().get("/api/x")


def test_a_download_takes_no_token_along() -> None:
    api = Api(httpx.Response(200, content=b"sealed"))

    assert api.asked().raw("http://store/object?signature=s") == b"sealed"

    assert "Authorization" not in api.requests[0].headers


@pytest.mark.parametrize(
    ("answer", "said"),
    [(httpx.Response(403), "HTTP 403"), (httpx.ConnectError("secret"), "no connection")],
    ids=["refused", "silent"],
)
def test_a_store_that_hands_nothing_out_is_told(answer: httpx.Response | Exception, said: str) -> None:
    with pytest.raises(ClientError, match=said) as told:
        Api(answer).asked().raw("http://store/object?signature=s")
    assert "signature" not in str(told.value)


def test_an_answer_without_our_shape_is_a_refusal_all_the_same() -> None:
    with pytest.raises(Refused, match="HTTP 409"):
        Api(httpx.Response(409, content=json.dumps("odd").encode())).asked().get("/api/x")
