"""The embedded API server and its issuer: real sockets, real tokens, a clean stop."""

import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jwt
import pytest

from alethia.embedded.issuer import KEY_FILE, Issuer
from alethia.embedded.server import serve
from chalicelib import bootstrap
from tests.support.api import Api
from tests.support.dynamodb import ROOT, Tables, free_port


def test_many_threads_get_their_own_answers(api: Api) -> None:
    """Chalice keeps the current request on the app; here each thread must see its own."""
    from app import app

    handle = serve(app)
    try:
        users = [f"user-{number}" for number in range(40)]
        with httpx.Client(base_url=handle.url) as client, ThreadPoolExecutor(12) as pool:

            def who(user: str) -> str:
                bearer = f"Bearer {api.container.issuer.sign_in(user)}"
                answer: str = client.get("/api/me", headers={"Authorization": bearer}).json()["user"]
                return answer

            assert list(pool.map(who, users)) == users
    finally:
        handle.stop()


def test_stopping_closes_the_port_with_connections_open(api: Api) -> None:
    from app import app

    handle = serve(app)
    with httpx.Client(base_url=handle.url) as client:
        assert client.get("/api/health").status_code == 200
        before = threading.active_count()
        handle.stop()
        handle.stop()
        assert threading.active_count() < before
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{handle.url}/api/health")


def test_it_never_faces_a_network() -> None:
    from app import app

    with pytest.raises(ValueError, match="loopback only"):
        serve(app, "0.0.0.0")


def test_the_issuers_key_is_private_and_kept(tmp_path: Path) -> None:
    first, again = (Issuer.open(tmp_path, "http://127.0.0.1:1/issuer") for _ in range(2))
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert first.document("/jwks.json") == again.document("/jwks.json")
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert set(jwt.decode(first.sign_in("ada"), options={"verify_signature": False})) >= {
        "iss",
        "aud",
        "sub",
        "exp",
    }


def test_the_published_keys_are_public_halves_only(tmp_path: Path) -> None:
    document = Issuer.open(tmp_path, "http://127.0.0.1:1/issuer").document("/jwks.json")
    assert document is not None
    assert set(document["keys"][0]) == {"kty", "n", "e", "use", "alg", "kid"}


def test_the_process_signs_people_in_with_its_own_issuer_and_ends_on_sigterm(
    tables: Tables, tmp_path: Path
) -> None:
    """As the stack starts it: settings from the environment, keys over loopback HTTP."""
    url = f"http://127.0.0.1:{free_port()}"
    settings = tables.settings
    environment = {
        **os.environ,
        "ALETHIA_SPECS_TABLE": settings.specs_table,
        "ALETHIA_JOBS_TABLE": settings.jobs_table,
        "ALETHIA_AWS_ENDPOINT_URL": settings.aws_endpoint_url or "",
        "ALETHIA_OIDC_ISSUER": f"{url}/issuer",
        "ALETHIA_OIDC_JWKS_URL": f"{url}/issuer/jwks.json",
    }
    argv = [sys.executable, "-m", "alethia.embedded.server", "--port", url.rsplit(":", 1)[1]]
    process = subprocess.Popen(
        [*argv, "--data-dir", str(tmp_path)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == url
        discovery = httpx.get(f"{url}/issuer/.well-known/openid-configuration").json()
        assert discovery["issuer"] == f"{url}/issuer"
        token = Issuer.open(tmp_path, f"{url}/issuer").sign_in("ada")
        headers = {"Authorization": f"Bearer {token}"}
        made = httpx.post(f"{url}/api/zones", json={"name": "Shop"}, headers=headers)
        assert made.status_code == 201, made.text
        assert httpx.get(f"{url}/api/zones", headers=headers).json()["items"][0]["role"] == "admin"
    finally:
        process.terminate()
        assert process.wait(10) == 0


def test_tests_put_the_environments_own_services_back() -> None:
    bootstrap.use(None)
    assert bootstrap.container() is bootstrap.container()
    bootstrap.use(None)
