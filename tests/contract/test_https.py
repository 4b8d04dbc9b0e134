"""TLS to a host that a person named: its certificate is checked for that name, whatever the address."""

import datetime
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.adapters import https

HOST = "git.acme.example"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Answers as HOST, by its own certificate, wherever a name is said to lead."""
    pem = tmp_path / "host.pem"
    pem.write_bytes(a_certificate())
    web = http.server.HTTPServer(("127.0.0.1", 0), Hello)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    web.socket = context.wrap_socket(web.socket, server_side=True)
    thread = threading.Thread(target=web.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    trusting = ssl.create_default_context(cafile=str(pem))
    monkeypatch.setattr(https, "_tls", lambda: trusting)
    monkeypatch.setattr(https, "is_public", lambda _: True)
    place = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", web.server_port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: place)
    yield f":{web.server_port}"
    web.shutdown()
    web.server_close()
    thread.join()


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"hello": true}')

    def log_message(self, *_: Any) -> None:
        """Requests are not worth a line each."""


def a_certificate() -> bytes:
    """Key and self-signed certificate of HOST."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def test_the_host_that_was_named_answers(server: str) -> None:
    assert https.send("GET", f"https://{HOST}{server}/").value == {"hello": True}


def test_another_host_at_that_address_does_not(server: str) -> None:
    with pytest.raises(https.NoAnswer):
        https.send("GET", f"https://other.acme.example{server}/")
