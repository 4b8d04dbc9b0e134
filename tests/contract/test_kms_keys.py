"""Data keys of KMS: bound to one object, and to nothing else."""

import boto3
import pytest
from botocore.config import Config

from chalicelib.adapters.crypto import AesGcm
from chalicelib.adapters.kms_keys import KmsKeys
from chalicelib.domain.envelope import encryption_context, unpack
from chalicelib.domain.errors import Damaged, Unavailable
from chalicelib.services.ports.keys import FreshKey
from tests.support.s3 import TestKms

CONTEXT = encryption_context("zone-1", "spec-1", "zone-1/shop/terraform.tfstate/state/job-1-1-0001")
CLEAR = b'{"canary": "hunter2"}'


class TestKeys:
    def test_what_was_wrapped_is_unwrapped_under_the_same_context(self, kms: TestKms) -> None:
        fresh = kms.keys.generate(CONTEXT)
        assert len(fresh.clear) == 32
        assert fresh.clear not in fresh.wrapped
        assert kms.keys.unwrap(fresh.wrapped, CONTEXT) == fresh.clear

    @pytest.mark.parametrize("changed", [{"zone": "zone-2"}, {"spec": "spec-2"}, {"object": "another"}])
    def test_any_other_context_fails(self, kms: TestKms, changed: dict[str, str]) -> None:
        fresh = kms.keys.generate(CONTEXT)
        with pytest.raises(Damaged):
            kms.keys.unwrap(fresh.wrapped, CONTEXT | changed)

    def test_a_context_with_a_part_left_out_fails(self, kms: TestKms) -> None:
        fresh = kms.keys.generate(CONTEXT)
        with pytest.raises(Damaged):
            kms.keys.unwrap(fresh.wrapped, {})

    def test_an_altered_key_fails(self, kms: TestKms) -> None:
        wrapped = bytearray(kms.keys.generate(CONTEXT).wrapped)
        wrapped[-1] ^= 1
        for broken in (bytes(wrapped), b"garbage"):
            with pytest.raises(Damaged):
                kms.keys.unwrap(broken, CONTEXT)

    def test_a_missing_key_is_unavailable(self, kms: TestKms) -> None:
        with pytest.raises(Unavailable, match="NotFoundException"):
            KmsKeys(kms.client, "00000000-0000-0000-0000-000000000000").generate(CONTEXT)

    def test_a_service_that_does_not_answer_is_unavailable(self) -> None:
        client = boto3.client(
            "kms", endpoint_url="http://127.0.0.1:9", region_name="eu-west-1",
            aws_access_key_id="k", aws_secret_access_key="s",
            config=Config(retries={"total_max_attempts": 1}),
        )  # fmt: skip
        with pytest.raises(Unavailable):
            KmsKeys(client, "key").generate(CONTEXT)

    def test_a_key_never_shows_itself(self, kms: TestKms) -> None:
        fresh = kms.keys.generate(CONTEXT)
        assert repr(fresh.clear) not in repr(fresh)


class TestSealing:
    KEY = FreshKey(clear=bytes(range(32)), wrapped=b"wrapped")

    def test_what_was_sealed_is_opened(self) -> None:
        sealed = AesGcm().seal(CLEAR, self.KEY, CONTEXT)
        assert b"hunter2" not in sealed
        assert unpack(sealed)[0].context == CONTEXT
        assert AesGcm().open(sealed, self.KEY.clear) == CLEAR

    def test_two_seals_of_the_same_bytes_differ(self) -> None:
        assert AesGcm().seal(CLEAR, self.KEY, CONTEXT) != AesGcm().seal(CLEAR, self.KEY, CONTEXT)

    def test_an_empty_object_is_sealed_as_well(self) -> None:
        assert AesGcm().open(AesGcm().seal(b"", self.KEY, CONTEXT), self.KEY.clear) == b""

    def test_not_one_bit_can_be_altered(self) -> None:
        sealed = AesGcm().seal(CLEAR, self.KEY, CONTEXT)
        for position in range(len(sealed)):
            altered = bytearray(sealed)
            altered[position] ^= 1
            with pytest.raises(Damaged):
                AesGcm().open(bytes(altered), self.KEY.clear)

    def test_a_cut_is_noticed(self) -> None:
        sealed = AesGcm().seal(CLEAR, self.KEY, CONTEXT)
        for length in (0, 7, 11, 40, len(sealed) - 1):
            with pytest.raises(Damaged):
                AesGcm().open(sealed[:length], self.KEY.clear)

    def test_another_key_does_not_open_it(self) -> None:
        with pytest.raises(Damaged):
            AesGcm().open(AesGcm().seal(CLEAR, self.KEY, CONTEXT), bytes(32))
