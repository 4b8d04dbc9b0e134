"""The store on AWS's S3 and on Supabase's: it promises the same on both, and asks nothing that one lacks."""

import hashlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.s3_store import PATIENCE_SECONDS, S3Store, store_client
from chalicelib.domain.errors import NotFound, TooLarge, Unavailable
from tests.support.s3 import TestStore

BODY = b"sealed bytes \x00\xff"
FOLDER = "zone-1/shop-development-eu-west-1/terraform.tfstate/state"


def key_for(body: bytes, name: str = "job-1-1-0001") -> str:
    return f"{FOLDER}/{name}.{hashlib.sha256(body).hexdigest()}"


class TestReadingAndWriting:
    def test_what_was_put_is_got(self, s3_store: TestStore) -> None:
        key = key_for(BODY)
        s3_store.store.put(key, BODY)
        assert s3_store.store.get(key) == BODY
        assert s3_store.store.size(key) == len(BODY)

    def test_a_repeated_put_changes_nothing(self, s3_store: TestStore) -> None:
        key = key_for(BODY)
        for _ in range(2):
            s3_store.store.put(key, BODY)
        assert s3_store.store.get(key) == BODY

    def test_a_key_that_does_not_name_its_bytes_is_refused(self, s3_store: TestStore) -> None:
        with pytest.raises(ValueError, match="not named by the sha256"):
            s3_store.store.put(key_for(b"others"), BODY)

    @pytest.mark.parametrize(
        "name", ["a#b", "tilde~", "per%cent", "br[ack]et", "ümlaut", "pipe|", "../up", "a//b", ""]
    )
    def test_keys_that_some_store_refuses_are_refused_before_they_are_sent(
        self, s3_store: TestStore, name: str
    ) -> None:
        with pytest.raises(ValueError, match="can't be the key"):
            s3_store.store.get(f"{FOLDER}/{name}/x.{'0' * 64}")

    @pytest.mark.parametrize("expected", [False, True])
    def test_what_is_not_there_is_not_found(self, s3_store: TestStore, expected: bool) -> None:
        with pytest.raises(NotFound):
            s3_store.store.get(key_for(b"never put"), expected=expected)
        with pytest.raises(NotFound):
            s3_store.store.size(key_for(b"never put"), expected=expected)


class TestPresigned:
    def test_a_runner_puts_and_gets_without_any_key(self, s3_store: TestStore) -> None:
        key = key_for(BODY)
        put = s3_store.store.presigned_put(key)
        assert httpx.put(put.url, content=BODY, headers=put.headers).status_code == 200
        assert httpx.get(s3_store.store.presigned_get(key)).content == BODY

    def test_an_upload_address_is_for_immutable_keys_alone(self, s3_store: TestStore) -> None:
        with pytest.raises(ValueError, match="not immutable"):
            s3_store.store.presigned_put(f"{FOLDER}/current")

    def test_addresses_carry_no_secret(self, s3_store: TestStore) -> None:
        client = store_client(
            endpoint_url="http://127.0.0.1:1", region="eu-west-1",
            access_key_id="AKIDEXAMPLE", secret_access_key="wJalrXUtnFEMI",
        )  # fmt: skip
        url = S3Store(lambda: client, "b").presigned_put(key_for(BODY)).url
        assert "wJalrXUtnFEMI" not in url
        assert "checksum" not in url.lower()


class TestAStoreThatFails:
    """Supabase answers 404 or 500 for an object that exists, now and then."""

    @pytest.mark.parametrize("statuses", [(404,), (404, 404, 500), (500, 404)])
    def test_a_read_that_must_succeed_is_patient(
        self, supabase: TestStore, statuses: tuple[int, ...]
    ) -> None:
        key = key_for(BODY, f"job-1-1-{len(statuses):04}")
        supabase.store.put(key, BODY)
        assert supabase.quirks
        supabase.quirks.fail_reads(key, *statuses)
        assert supabase.store.get(key, expected=True) == BODY

    def test_a_read_that_may_fail_is_not(self, supabase: TestStore) -> None:
        key = key_for(BODY, "job-1-1-0042")
        supabase.store.put(key, BODY)
        assert supabase.quirks
        supabase.quirks.fail_reads(key, 404)
        with pytest.raises(NotFound):
            supabase.store.get(key)

    def test_patience_ends(self, supabase: TestStore) -> None:
        slept: list[float] = []
        store = S3Store(lambda: supabase.client, supabase.bucket, sleep=slept.append)
        with pytest.raises(NotFound):
            store.get(key_for(b"never"), expected=True)
        assert tuple(slept) == PATIENCE_SECONDS
        assert sum(slept) <= 4

    def test_errors_are_told_by_status_as_their_codes_are_blank(self, supabase: TestStore) -> None:
        with pytest.raises(ClientError) as caught:
            supabase.client.get_object(Bucket=supabase.bucket, Key="missing")
        assert caught.value.response["Error"].get("Code", "") == ""
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404

    def test_a_store_that_does_not_answer_is_unavailable(self) -> None:
        client = store_client(
            endpoint_url="http://127.0.0.1:9", region="eu-west-1", access_key_id="k", secret_access_key="s"
        )
        with pytest.raises(Unavailable):
            S3Store(lambda: client, "b", sleep=lambda _: None).get(key_for(BODY))

    def test_keys_of_another_region_are_unavailable_not_missing(self, supabase: TestStore) -> None:
        client = store_client(
            endpoint_url=supabase.client.meta.endpoint_url, region="us-east-1",
            access_key_id="k", secret_access_key="s",
        )  # fmt: skip
        with pytest.raises(Unavailable, match="refused"):
            S3Store(lambda: client, supabase.bucket).get(key_for(BODY))

    def test_an_object_over_the_projects_limit_is_too_large(self, supabase: TestStore) -> None:
        assert supabase.quirks
        limit, supabase.quirks._max_bytes = supabase.quirks._max_bytes, 4
        try:
            with pytest.raises(TooLarge):
                supabase.store.put(key_for(BODY), BODY)
        finally:
            supabase.quirks._max_bytes = limit


class TestWhyTheStoreIsUsedSo:
    """The double shows what goes wrong with calls that the adapter never makes."""

    def test_a_lock_made_of_if_none_match_lets_everybody_in(self, supabase: TestStore) -> None:
        def take(holder: int) -> bool:
            try:
                supabase.client.put_object(
                    Bucket=supabase.bucket, Key="naive.tflock", Body=b"%d" % holder, IfNoneMatch="*"
                )
            except ClientError:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            winners = sum(pool.map(take, range(20)))
        assert winners == 20

    def test_tagging_an_object_overwrites_it(self, supabase: TestStore) -> None:
        supabase.client.put_object(Bucket=supabase.bucket, Key="k", Body=b"precious")
        supabase.client.put_object_tagging(
            Bucket=supabase.bucket, Key="k", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
        )
        assert supabase.client.get_object(Bucket=supabase.bucket, Key="k")["Body"].read() != b"precious"

    def test_deleting_a_version_deletes_the_object(self, supabase: TestStore) -> None:
        supabase.client.put_object(Bucket=supabase.bucket, Key="k", Body=b"precious")
        supabase.client.delete_object(Bucket=supabase.bucket, Key="k", VersionId="v1")
        with pytest.raises(ClientError):
            supabase.client.head_object(Bucket=supabase.bucket, Key="k")

    def test_a_wrong_checksum_is_accepted(self, supabase: TestStore) -> None:
        supabase.client.put_object(
            Bucket=supabase.bucket, Key="k", Body=b"abc", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="
        )
        assert supabase.client.get_object(Bucket=supabase.bucket, Key="k")["Body"].read() == b"abc"

    def test_the_adapter_sends_plain_puts_gets_and_heads_only(self, supabase: TestStore) -> None:
        assert supabase.quirks
        before = len(supabase.quirks.requests)
        key = key_for(BODY)
        supabase.store.put(key, BODY)
        supabase.store.size(key)
        supabase.store.get(key, expected=True)
        assert supabase.quirks.requests[before:] == [("PUT", ""), ("HEAD", ""), ("GET", "")]
