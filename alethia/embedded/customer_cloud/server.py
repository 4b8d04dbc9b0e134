"""Serve the customers' cloud on loopback, and tell what exists in it.

Paths beside AWS's own:

``GET /_alethia/health``
    200 as soon as calls are answered.
``GET /_alethia/inventory?account=123456789012&region=eu-west-1``
    What exists in an account, for tests that must know that nothing was left behind.
``GET /_alethia/calls?account=123456789012``
    Which operations of which services were asked for in an account.
``GET /_alethia/tasks``
    The ECS tasks of all accounts and regions that have not stopped, for whoever runs their containers, and
    how many clusters there are. To be listed is to be taken: a task is RUNNING from then on.
``POST /_alethia/tasks/stopped`` with ``{"taskArn", "reason", "exitCode"}``
    A task's container has ended. 404 when there is no such task.
"""

import argparse
import ipaddress
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

from . import calls, ecs_tasks
from .inventory import inventory
from .repeats import Repeats
from .stacks import inside

StartResponse = Callable[..., Any]

DEFAULT_ACCOUNT = "123456789012"
"""Whose account an access key belongs to that names none and did not come from AssumeRole."""


def main(argv: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; moto must be patched already (see ``__main__``)."""
    options = _options(argv)
    logging.getLogger("werkzeug").setLevel(logging.INFO if options.verbose else logging.ERROR)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: sys.exit(0))
    run_simple(options.host, options.port, application(), threaded=True, request_handler=MotoRequestHandler)


def application() -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    """The WSGI application: our own paths, and moto for everything else."""
    door = calls.recorded_at(DomainDispatcherApplication(create_backend_app))
    inside.answer_with(door)
    aws = Repeats(door)

    def dispatch(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/_alethia/health":
            return _json(start_response, {"status": "ok"})
        if path == "/_alethia/inventory":
            query = parse_qs(environ.get("QUERY_STRING", ""))
            account = query.get("account", [DEFAULT_ACCOUNT])[0]
            region = query.get("region", ["us-east-1"])[0]
            with aws.alone():
                resources = inventory(account, region)
            return _json(start_response, {"account": account, "region": region, "resources": resources})
        if path == "/_alethia/calls":
            query = parse_qs(environ.get("QUERY_STRING", ""))
            account = query.get("account", [DEFAULT_ACCOUNT])[0]
            return _json(start_response, {"account": account, "calls": calls.recorded(account)})
        if path == "/_alethia/tasks":
            with aws.alone():
                listed = {"clusters": ecs_tasks.clusters(), "tasks": ecs_tasks.waiting()}
            return _json(start_response, listed)
        if path == "/_alethia/tasks/stopped":
            said = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
            with aws.alone():
                known = ecs_tasks.ended(said["taskArn"], said["reason"], said.get("exitCode"))
            return _json(start_response, {}, "200 OK" if known else "404 Not Found")
        return aws(environ, start_response)

    return dispatch


def _json(start_response: StartResponse, body: dict[str, Any], status: str = "200 OK") -> Iterable[bytes]:
    encoded = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(encoded)))])
    return [encoded]


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m alethia.embedded.customer_cloud",
        description="An emulated AWS account for the embedded stack.",
    )
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--verbose", action="store_true", help="log each request")
    return parser.parse_args(argv)


def _loopback(host: str) -> str:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise argparse.ArgumentTypeError(
            f"{host} is not a loopback address; this cloud has no passwords, so only 127.0.0.1 or ::1 will do"
        )
    return host
