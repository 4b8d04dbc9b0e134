"""The framing of sealed objects: read back as written, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.envelope import MAGIC, NotAnEnvelope, encryption_context, new_header, pack, unpack

HEADER = new_header(
    context=encryption_context("zone-1", "spec-1", "a/b"), nonce=b"n" * 12, wrapped_key=b"wrapped"
)


@given(st.binary(max_size=500))
def test_what_was_packed_is_unpacked(ciphertext: bytes) -> None:
    header, authenticated, rest = unpack(pack(HEADER, ciphertext))
    assert (header, rest) == (HEADER, ciphertext)
    assert authenticated == HEADER.encoded()


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(NotAnEnvelope):
        unpack(data)


@given(st.integers(0, len(MAGIC) + 4 + len(HEADER.encoded()) - 1))
def test_an_object_cut_short_in_its_head_is_refused(length: int) -> None:
    with pytest.raises(NotAnEnvelope):
        unpack(pack(HEADER, b"ciphertext")[:length])


def test_a_header_that_is_no_header_is_refused() -> None:
    sealed = pack(HEADER, b"x").replace(b'"nonce"', b'"noncf"')
    with pytest.raises(NotAnEnvelope, match="can't be read"):
        unpack(sealed)
