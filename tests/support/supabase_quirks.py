"""An S3 endpoint with the habits of Supabase Storage where they differ from AWS's: a WSGI app over moto.

What was measured of the real one (supabase/storage 1.70, file backend), each as one small rule here:

* conditional headers and checksums are ignored: every PUT wins, and nothing is verified
* there are no versions; sub-resource PUTs (tagging, ACL, retention) *overwrite the object's body*, and their
  DELETEs (tagging, a versionId) *delete the object*
* keys take a small character set; anything else is 400
* error documents carry an xmlns, in which SDKs find no code; a missing bucket reads as a missing key
* Content-Encoding and -Disposition are dropped; an expired presigned URL is 400; another region 403
* a read can fail for an object that exists: :meth:`SupabaseQuirks.fail_reads` makes the next ones do so
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

PREFIX = "/storage/v1/s3"
REGION = "eu-west-1"
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
ALLOWED_KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$=@;:+,?-]+")
CREDENTIAL_REGION = re.compile(r"(?:/|%2F)([a-z0-9-]+)(?:/|%2F)s3(?:/|%2F)aws4_request")

IGNORED_REQUEST_HEADERS = (
    "HTTP_IF_MATCH",
    "HTTP_IF_NONE_MATCH",
    "HTTP_CONTENT_MD5",
    "HTTP_CONTENT_ENCODING",
    "HTTP_CONTENT_DISPOSITION",
    "HTTP_X_AMZ_TAGGING",
    "HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION",
    "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM",
)
DROPPED_ANSWER_HEADERS = frozenset(
    {
        "x-amz-version-id",
        "x-amz-server-side-encryption",
        "x-amz-storage-class",
        "content-encoding",
        "content-disposition",
        "accept-ranges",
        "content-length",
    }
)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


class SupabaseQuirks:
    """Wraps moto's S3. ``requests`` counts what arrived, by method and sub-resource."""

    def __init__(self, moto: WsgiApp, *, max_bytes: int = 50 * 1024 * 1024) -> None:
        self._moto = moto
        self._max_bytes = max_bytes
        self._failing: dict[str, deque[int]] = defaultdict(deque)
        self.requests: list[tuple[str, str]] = []

    def fail_reads(self, key: str, *statuses: int) -> None:
        """The next reads of `key` answer these statuses, whatever is stored."""
        self._failing[key].extend(statuses)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            start_response("404 Not Found", [("content-length", "0")])
            return [b""]
        path = path.removeprefix(PREFIX) or "/"
        _, bucket, *rest = path.split("/", 2)
        key = (rest[0] if rest else "").encode("latin1").decode("utf-8", "replace")
        method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
        self.requests.append((method, query))

        refusal = self._refusal(environ, method, key, query)
        if refusal:
            return _error(start_response, *refusal, resource=f"{bucket}/{key}", head=method == "HEAD")
        return self._pass_on(_understood(environ, path, method, key, query), start_response)

    def _refusal(self, environ: Environ, method: str, key: str, query: str) -> tuple[int, str, str] | None:
        region = CREDENTIAL_REGION.search(environ.get("HTTP_AUTHORIZATION", "") or query)
        if region and region[1] != REGION:
            return 403, "SignatureDoesNotMatch", "The region is not the project's"
        if _is_expired(query):
            return 400, "ExpiredToken", "The provided token has expired."
        if key and not ALLOWED_KEY.fullmatch(key):
            return 400, "InvalidKey", f"Invalid key: {key}"
        if method in ("GET", "HEAD") and self._failing[key]:
            status = self._failing[key].popleft()
            return status, "NoSuchKey" if status == 404 else "InternalError", "The object can't be read"
        if method == "PUT" and int(environ.get("CONTENT_LENGTH") or 0) > self._max_bytes:
            return 413, "EntityTooLarge", "The object exceeded the maximum allowed size"
        return None

    def _pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        caught: dict[str, Any] = {}

        def catch(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[..., None]:
            caught["status"], caught["headers"] = status, headers
            return lambda _: None

        body = b"".join(self._moto(environ, catch))
        if int(caught["status"].split()[0]) >= 400:
            body = body.replace(b"<Error>", f'<Error xmlns="{NAMESPACE}">'.encode(), 1)
            body = body.replace(b"NoSuchBucket", b"NoSuchKey")
        start_response(caught["status"], list(_kept(caught["headers"], environ, len(body))))
        return [body]


def _understood(environ: Environ, path: str, method: str, key: str, query: str) -> Environ:
    """The request as Supabase reads it: without what it ignores, on the path that moto knows."""
    ignored = {name for name in environ if name.startswith("HTTP_X_AMZ_CHECKSUM_")}
    kept = {
        name: value
        for name, value in environ.items()
        if name not in ignored and name not in IGNORED_REQUEST_HEADERS
    }
    multipart = "uploadId" in query
    if key and method in ("PUT", "DELETE") and not multipart:
        query = ""  # tagging, acl, retention, versionId: taken for the object itself
    target = path + (f"?{query}" if query else "")
    return {**kept, "PATH_INFO": path, "QUERY_STRING": query, "RAW_URI": target, "REQUEST_URI": target}


def _kept(headers: list[tuple[str, str]], environ: Environ, length: int) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        lowered = name.lower()
        if lowered not in DROPPED_ANSWER_HEADERS and not lowered.startswith("x-amz-checksum"):
            yield name, value
    if environ["REQUEST_METHOD"] == "HEAD":
        length = int(next((value for name, value in headers if name.lower() == "content-length"), "0"))
    yield "content-length", str(length)


def _error(
    start_response: StartResponse, status: int, code: str, message: str, *, resource: str, head: bool
) -> Iterable[bytes]:
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><Error xmlns="{NAMESPACE}"><Resource>{resource}</Resource>'
        f"<Code>{code}</Code><Message>{message}</Message></Error>"
    ).encode()
    body = b"" if head else document
    headers = [("content-type", "application/xml; charset=utf-8"), ("content-length", str(len(body)))]
    start_response(f"{status} Refused", headers)
    return [body]


def _is_expired(query: str) -> bool:
    signed = parse_qs(query)
    if "X-Amz-Expires" not in signed:
        return False
    made = datetime.strptime(signed["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.now(UTC) > made + timedelta(seconds=int(signed["X-Amz-Expires"][0]))
