"""The API on a loopback port: waitress, in front of the played API Gateway, in front of the Chalice app.

``python -m alethia.embedded.server --host 127.0.0.1 --port 8080 --data-dir .alethia`` serves the project's
app with the settings of its environment, and the embedded issuer under ``/issuer``, until SIGTERM or SIGINT.
"""

import argparse
import contextlib
import json
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import waitress
from chalice.app import Chalice

from .gateway import MAX_REQUEST_BYTES, Answer, Gateway, Request
from .issuer import Issuer

LOOPBACK = ("127.0.0.1", "::1", "localhost")
THREADS = 16
ISSUER_PATH = "/issuer"
CLOSE_SECONDS = 5

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class WsgiApp:
    """WSGI over the gateway, and over the issuer's two documents."""

    def __init__(self, app: Chalice, issuer: Issuer | None = None) -> None:
        self._gateway = Gateway(app)
        self._issuer = issuer

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        answer = self._issued(request) or self._gateway.handle(request)
        phrase = HTTPStatus(answer.status).phrase
        headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
        if answer.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(answer.body))))
        else:
            headers = [(name, value) for name, value in headers if name.lower() != "content-type"]
        start_response(f"{answer.status} {phrase}", headers)
        return [answer.body]

    def _issued(self, request: Request) -> Answer | None:
        if self._issuer is None or request.method != "GET" or not request.path.startswith(ISSUER_PATH):
            return None
        document = self._issuer.document(request.path.removeprefix(ISSUER_PATH))
        if document is None:
            return None
        return Answer(200, [("Content-Type", "application/json")], json.dumps(document).encode())


class Handle:
    """A running server."""

    def __init__(self, server: Any, url: str) -> None:
        self.url = url
        self._server = server
        self._thread = threading.Thread(target=self._run, name="api", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, then close. Stopping twice is fine."""
        if self._thread.is_alive():
            self._server.task_dispatcher.shutdown(timeout=CLOSE_SECONDS)
            # waitress's loop owns its sockets: they are closed there, then it has nothing left and ends.
            self._server.trigger.pull_trigger(self._close_all)
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            self._server.run()

    def _close_all(self) -> None:
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()


def serve(app: Chalice, host: str = "127.0.0.1", port: int = 0, *, issuer: Issuer | None = None) -> Handle:
    """Serve `app` on loopback until :meth:`Handle.stop`; port 0 takes a free one.

    Raises
    ------
    ValueError
        `host` is not loopback: the embedded stack never faces a network.
    """
    if host not in LOOPBACK:
        raise ValueError(f"the embedded API serves loopback only, not {host}")
    server = waitress.create_server(
        WsgiApp(app, issuer),
        host=host,
        port=port,
        threads=THREADS,
        ident="alethia",
        # Beyond the gateway's own limit, so that the refusal has our shape; beyond this, waitress hangs up.
        max_request_body_size=4 * MAX_REQUEST_BYTES,
    )
    return Handle(server, f"http://{host}:{server.effective_port}")


def main(argv: Sequence[str] | None = None) -> None:
    """Serve the project's app until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m alethia.embedded.server")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data-dir", type=Path, required=True)
    options = parser.parse_args(argv)

    from app import app
    from chalicelib.settings import settings

    issuer = Issuer.open(options.data_dir, settings().oidc_issuer, settings().oidc_audience)
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    handle = serve(app, options.host, options.port, issuer=issuer)
    print(handle.url, flush=True)
    stopped.wait()
    handle.stop()


def _request(environ: dict[str, Any]) -> Request:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    }
    path, _, query = str(environ.get("REQUEST_URI") or environ["PATH_INFO"]).partition("?")
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=query or environ.get("QUERY_STRING", ""),
        headers=headers,
        body=environ["wsgi.input"].read(),
        source_ip=environ.get("REMOTE_ADDR", "127.0.0.1"),
    )


if __name__ == "__main__":
    main()
