"""Our OIDC issuer, as a cloud meets it over the public routes, and its tokens, as a running job gets them."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import jwt
import pytest
from joserfc.errors import JoseError

from alethia.embedded.gateway import Gateway
from chalicelib import bootstrap
from chalicelib.adapters.kms_signing import KmsSigningKeys
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.identity import AccessMethod, AzureFederation, GcpFederation, Identity, subject_of
from chalicelib.domain.words import CloudProvider
from chalicelib.services.paging import PageRequest
from chalicelib.settings import Settings
from tests.support.api import Api, Client
from tests.support.builders import ACCOUNT, NOW, ROLE
from tests.support.oidc import ISSUER_URL, Relying, TestIssuer
from tests.support.runs import World

WELL_KNOWN = "/api/oidc/.well-known/openid-configuration"
KEYS = "/api/oidc/keys"
GCP = GcpFederation(
    project_number="123456789012",
    pool_id="alethia",
    provider_id="alethia",
    service_account="alethia@shop-prod.iam.gserviceaccount.com",
)
AZURE = AzureFederation(
    tenant_id="72f988bf-86f1-41af-91ab-2d7cd011db47", client_id="11111111-2222-4333-8444-555555555555"
)
LINKED: dict[str, dict[str, Any]] = {
    "AWS web identity": {
        "provider": CloudProvider.AWS,
        "method": AccessMethod.WEB_IDENTITY,
        "account_id": ACCOUNT,
        "role_reference": ROLE,
    },
    "GCP": {
        "provider": CloudProvider.GCP,
        "method": AccessMethod.FEDERATION,
        "account_id": "shop-prod",
        "gcp": GCP,
    },
    "Azure": {
        "provider": CloudProvider.AZURE,
        "method": AccessMethod.FEDERATION,
        "account_id": "99999999-2222-4333-8444-555555555555",
        "azure": AZURE,
    },
}
AUDIENCES = {
    "AWS web identity": "sts.amazonaws.com",
    "GCP": "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/alethia"
    "/providers/alethia",
    "Azure": "api://AzureADTokenExchange",
}


class Published(NamedTuple):
    """A deployment, and anybody who reads what it publishes."""

    container: bootstrap.Container
    nobody: Client


@pytest.fixture
def api(world: World) -> Api:
    """The routes over a world whose spec waits to be planned."""
    from app import app

    return Api(Gateway(app), world.container)


def link(world: World, **how: Any) -> Identity:
    """An identity of the world's zone, as the one of its spec."""
    fields = {"identity_id": "identity-1", "zone_id": world.zone_id, "name": "Sandbox", "created_at": NOW}
    identity = Identity.model_validate({**fields, "status": "VERIFIED", **how})
    world.container.identity_store.create(identity, "request")
    world.set_spec(cloud_identity=identity.identity_id)
    return identity


def a_running_job(world: World, kind: str = "GCP") -> Identity:
    """A claimed job under an identity of that kind."""
    identity = link(world, **LINKED[kind])
    world.plan()
    world.claim()
    return identity


def ask(api: Api, world: World, attempt: int = 1) -> Any:
    job = world.job
    return api.as_job(job.job_id, attempt).post(f"/api/jobs/{job.job_id}/cloud-token", {"attempt": attempt})


@pytest.fixture
def published(oidc: TestIssuer) -> Iterator[Published]:
    """The public routes alone; they need no table."""
    from app import app

    container = bootstrap.Container(Settings())
    bootstrap.use(container)
    yield Published(container, Client(Gateway(app)))
    bootstrap.use(None)


class TestWhatIsPublished:
    def test_discovery_leads_to_the_keys(self, published: Published, oidc: TestIssuer) -> None:
        oidc.sign_with(published.container, oidc.key())
        document = published.nobody.get(WELL_KNOWN).json
        assert document["issuer"] == ISSUER_URL
        assert document["jwks_uri"] == "https://api.test" + KEYS
        assert document["id_token_signing_alg_values_supported"] == ["RS256"]
        assert {"sub", "aud", "exp", "iss"} <= set(document["claims_supported"])

    def test_keys_are_public_halves_named_by_their_thumbprint(
        self, published: Published, oidc: TestIssuer
    ) -> None:
        oidc.sign_with(published.container, oidc.key(), oidc.key())
        keys = published.nobody.get(KEYS).json["keys"]
        assert [set(key) for key in keys] == [{"kty", "use", "alg", "kid", "n", "e"}] * 2
        for key, read in zip(keys, Relying(published.nobody).read_keys(), strict=True):
            assert key["kid"] == read.thumbprint()

    @pytest.mark.parametrize("path", [WELL_KNOWN, KEYS])
    def test_anybody_may_keep_them_for_five_minutes(
        self, published: Published, oidc: TestIssuer, path: str
    ) -> None:
        oidc.sign_with(published.container, oidc.key())
        assert published.nobody.get(path).headers["Cache-Control"] == "public, max-age=300"
        oidc.sign_with(published.container)
        assert published.nobody.get(path).headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("path", [WELL_KNOWN, KEYS])
    def test_a_deployment_without_keys_is_no_issuer(
        self, published: Published, oidc: TestIssuer, path: str
    ) -> None:
        oidc.sign_with(published.container)
        reply = published.nobody.get(path)
        assert reply.status == 404
        assert "oidc_signing_keys" in reply.error["message"]

    def test_the_key_service_is_asked_once_for_a_public_half(
        self, published: Published, oidc: TestIssuer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        oidc.sign_with(published.container, oidc.key())
        first = published.nobody.get(KEYS).json
        monkeypatch.setattr(oidc.client, "get_public_key", None)
        assert published.nobody.get(KEYS).json == first

    def test_a_key_that_is_gone_is_a_503(self, published: Published, oidc: TestIssuer) -> None:
        oidc.sign_with(published.container, "11111111-2222-3333-4444-555555555555")
        reply = published.nobody.get(KEYS)
        assert reply.status == 503
        assert "NotFoundException" in reply.error["message"]

    def test_a_key_of_another_kind_is_told_apart(self, oidc: TestIssuer) -> None:
        with pytest.raises(Unavailable, match="RSA_2048"):
            KmsSigningKeys(oidc.client).public_key(oidc.key(KeySpec="ECC_NIST_P256"))


class TestTokens:
    @pytest.mark.parametrize("kind", LINKED)
    def test_say_who_for_whom_and_for_how_long(
        self, world: World, api: Api, oidc: TestIssuer, kind: str
    ) -> None:
        oidc.sign_with(world.container, oidc.key())
        identity = a_running_job(world, kind)
        reply = ask(api, world)
        assert reply.status == 200, reply.body
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.json["audience"] == AUDIENCES[kind]
        claims = Relying(api.nobody).claims(reply.json["token"])
        begins = int(world.clock.now().timestamp())
        assert claims.pop("jti")
        assert claims == {
            "iss": ISSUER_URL,
            "sub": subject_of(world.zone_id, identity.identity_id),
            "aud": AUDIENCES[kind],
            "iat": begins,
            "nbf": begins,
            "exp": begins + 600,
            "zone_id": world.zone_id,
            "identity_id": identity.identity_id,
            "job_id": world.job.job_id,
        }

    def test_are_never_the_same_twice(self, world: World, api: Api, oidc: TestIssuer) -> None:
        oidc.sign_with(world.container, oidc.key())
        a_running_job(world)
        seen = {Relying(api.nobody).claims(ask(api, world).json["token"])["jti"] for _ in range(3)}
        assert len(seen) == 3

    def test_verify_with_pyjwt_too(self, world: World, api: Api, oidc: TestIssuer) -> None:
        oidc.sign_with(world.container, oidc.key())
        a_running_job(world)
        token = ask(api, world).json["token"]
        keys = {key["kid"]: jwt.PyJWK(key) for key in api.nobody.get(KEYS).json["keys"]}
        head = jwt.get_unverified_header(token)
        assert (head["alg"], head["typ"]) == ("RS256", "JWT")
        options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        jwt.decode(
            token,
            keys[head["kid"]],
            algorithms=["RS256"],
            audience=AUDIENCES["GCP"],
            issuer=ISSUER_URL,
            options=options,
        )

    def test_one_altered_claim_and_they_do_not_verify(self, world: World, api: Api, oidc: TestIssuer) -> None:
        oidc.sign_with(world.container, oidc.key())
        a_running_job(world)
        head, claims, signature = ask(api, world).json["token"].split(".")
        other = jwt.utils.base64url_encode(
            json.dumps({**json.loads(jwt.utils.base64url_decode(claims)), "sub": "zone:x"}).encode()
        ).decode()
        with pytest.raises(JoseError):
            Relying(api.nobody).claims(f"{head}.{other}.{signature}")

    @pytest.mark.parametrize(("method", "sentence"), [("role", "cloud credentials"), ("runner", "by itself")])
    def test_are_refused_for_an_identity_that_takes_none(
        self, world: World, api: Api, oidc: TestIssuer, method: str, sentence: str
    ) -> None:
        oidc.sign_with(world.container, oidc.key())
        link(world, **LINKED["AWS web identity"] | {"method": method})
        world.plan()
        world.claim()
        reply = ask(api, world)
        assert reply.status == 409
        assert sentence in reply.error["message"]
        assert reply.error["details"] == {"method": method}

    def test_are_refused_once_the_account_is_unlinked(self, world: World, api: Api, oidc: TestIssuer) -> None:
        oidc.sign_with(world.container, oidc.key())
        world.plan()
        world.claim()
        world.set_spec(cloud_identity="identity-gone")
        assert ask(api, world).status == 404

    def test_are_refused_once_the_account_is_another(self, world: World, api: Api, oidc: TestIssuer) -> None:
        oidc.sign_with(world.container, oidc.key())
        identity = a_running_job(world)
        elsewhere = identity.model_copy(update={"account_id": "shop-another"})
        entry = world.container.audit.entry(
            world.zone_id, actor="user:ada", action="identity.changed", subject=identity.identity_id
        )
        world.container.identity_store.edit(identity, elsewhere, entry, untested_at=None)
        reply = ask(api, world)
        assert reply.status == 403
        assert "another account or role" in reply.error["message"]
        entries = world.container.audit_store.of_zone(world.zone_id, PageRequest()).items
        assert [entry.action for entry in entries if entry.outcome == "refused"] == ["token.refused"]

    def test_are_refused_where_no_key_signs(self, world: World, api: Api, oidc: TestIssuer) -> None:
        oidc.sign_with(world.container)
        a_running_job(world)
        reply = ask(api, world)
        assert reply.status == 409
        assert "oidc_signing_keys" in reply.error["message"]

    def test_are_refused_to_a_finished_attempt_and_that_is_kept(
        self, world: World, api: Api, oidc: TestIssuer
    ) -> None:
        oidc.sign_with(world.container, oidc.key())
        a_running_job(world)
        assert ask(api, world).status == 200
        world.report_plan()
        reply = ask(api, world)
        assert reply.status == 403, reply.body
        entries = world.container.audit_store.of_zone(world.zone_id, PageRequest()).items
        [refused] = [entry for entry in entries if entry.outcome == "refused"]
        assert refused.actor == f"job:{world.job.job_id}-1"
        assert refused.origin.route == "POST /api/jobs/{job_id}/cloud-token"

    def test_are_refused_to_another_attempt_and_another_job(
        self, world: World, api: Api, oidc: TestIssuer
    ) -> None:
        oidc.sign_with(world.container, oidc.key())
        a_running_job(world)
        job = world.job
        path = f"/api/jobs/{job.job_id}/cloud-token"
        assert api.as_job(job.job_id, 1).post(path, {"attempt": 2}).status == 403
        assert api.as_job(job.job_id, 2).post(path, {"attempt": 2}).status == 404
        assert api.as_job("job-of-somebody-else", 1).post(path, {"attempt": 1}).status == 404


class TestRotation:
    def test_every_token_verifies_at_every_stage(self, world: World, api: Api, oidc: TestIssuer) -> None:
        """old → old,new → new,old → new; a cloud's cached key set is at worst one stage behind."""
        old, new = oidc.key(), oidc.key()
        a_running_job(world)
        stages = [(old,), (old, new), (new, old), (new,)]
        signers, caches, tokens = [], [], []
        for stage in stages:
            oidc.sign_with(world.container, *stage)
            cache = Relying(api.nobody)
            cache.read_keys()
            caches.append(cache)
            tokens.append(ask(api, world).json["token"])
            signers.append(jwt.get_unverified_header(tokens[-1])["kid"])
        assert signers[0] == signers[1] != signers[2] == signers[3]
        for stage, token in enumerate(tokens):
            for behind in {max(0, stage - 1), stage, min(stage + 1, len(stages) - 1)}:
                assert caches[behind].claims(token)["iss"] == ISSUER_URL, (stage, behind)

    def test_a_key_that_is_no_longer_published_signs_nothing_that_counts(
        self, world: World, api: Api, oidc: TestIssuer
    ) -> None:
        old, new = oidc.key(), oidc.key()
        a_running_job(world)
        oidc.sign_with(world.container, old)
        token = ask(api, world).json["token"]
        oidc.sign_with(world.container, new)
        with pytest.raises(JoseError):
            Relying(api.nobody).claims(token)
