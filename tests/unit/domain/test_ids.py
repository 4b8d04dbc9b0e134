"""An id that is derived finds the first answer of a repeated request."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.ids import ALPHABET, LENGTH, derived_id, id_for, new_id


def test_fresh_ids_differ() -> None:
    assert len({new_id("spec") for _ in range(1000)}) == 1000


@given(st.text(), st.text(min_size=1))
def test_the_same_actor_and_key_give_the_same_id(actor: str, key: str) -> None:
    assert id_for("job", actor, key) == id_for("job", actor, key)
    assert id_for("job", actor, None) != id_for("job", actor, None)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\x1f")), min_size=1, max_size=3))
def test_an_id_is_safe_in_urls_execution_names_and_store_keys(parts: list[str]) -> None:
    prefix, _, symbols = derived_id("run", *parts).partition("-")
    assert prefix == "run"
    assert len(symbols) == LENGTH
    assert set(symbols) <= set(ALPHABET)


def test_a_part_can_not_leak_into_the_next() -> None:
    assert derived_id("job", "ab", "c") != derived_id("job", "a", "bc")
