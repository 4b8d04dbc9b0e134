"""Counts what the control plane asks of AWS: a proxy on loopback in front of the emulated one.

Units are counted as DynamoDB bills them on demand: a write unit for each started KB of each item, twice for
an item of a transaction; a read unit for each started 4 KB that was answered. What an index costs is not seen
from here: see :data:`INDEX_WRITES`.
"""

import json
import math
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from alethia.embedded.data_dir import DataDir
from alethia.embedded.emulated_aws import EmulatedAws
from alethia.embedded.processes import HOST, free_port

INDEX_WRITES = 2.0
"""Write units for each unit written to a table: most rows stand in one index, a live job's in three, log rows
in none. An upper estimate, as the emulator does not tell."""

WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")
READS = ("GetItem", "Query", "BatchGetItem", "TransactGetItems")


class Meter:
    """What was asked for, by kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._guard = threading.Lock()

    def note(self, method: str, path: str, target: str, body: bytes, answer: bytes) -> None:
        """Count one request."""
        service, _, operation = target.rpartition(".")
        with self._guard:
            if service.startswith("DynamoDB"):
                self._rows(operation, body, answer)
            elif service == "AWSStepFunctions":
                self.counts["step functions calls"] += 1
            elif service == "TrentService":
                self.counts["kms calls"] += 1
            elif service == "secretsmanager":
                self.counts["secrets calls"] += 1
            elif not target and not path.startswith("/2015-03-31/functions"):
                self.counts["store puts" if method in ("PUT", "POST") else "store gets"] += 1

    def _rows(self, operation: str, body: bytes, answer: bytes) -> None:
        if operation == "TransactWriteItems":
            for item in json.loads(body)["TransactItems"]:
                size = len(json.dumps(item))
                self.counts["write units"] += 2 * math.ceil(size / 1024)
        elif operation in WRITES:
            self.counts["write units"] += math.ceil(len(body) / 1024)
        elif operation in READS:
            self.counts["read units"] += max(1, math.ceil(len(answer) / 4096))


class MeteredAws(EmulatedAws):
    """The emulated AWS behind a proxy that counts; everybody is told the proxy's address."""

    meter = Meter()

    def __init__(self, data: DataDir, port: int) -> None:
        super().__init__(data, free_port())
        self._behind = urlsplit(self.endpoint).netloc
        self.endpoint = f"http://{HOST}:{port}"
        self._proxy = ThreadingHTTPServer((HOST, port), type("Bound", (_Proxy,), {"aws": self}))
        self._proxy.daemon_threads = True

    def start(self) -> None:
        threading.Thread(target=self._proxy.serve_forever, args=[0.05], daemon=True).start()
        super().start()

    def stop(self) -> None:
        super().stop()
        self._proxy.shutdown()
        self._proxy.server_close()

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[HTTPResponse, bytes]:
        """Pass one request on."""
        connection = HTTPConnection(self._behind, timeout=90)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.meter.note(method, urlsplit(path).path, headers.get("X-Amz-Target", ""), body, content)
        return answer, content


class _Proxy(BaseHTTPRequestHandler):
    aws: MeteredAws
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def __getattr__(self, name: str) -> Any:
        """``do_GET`` and its like: all are passed on."""
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer, content = self.aws.ask(self.command, self.path, dict(self.headers), body)
        except OSError:  # it is still starting
            self.send_error(503)
            return
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        else:
            self.send_header("Content-Length", answer.getheader("Content-Length") or "0")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
