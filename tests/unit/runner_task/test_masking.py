"""Every known secret is masked, wherever in a line it stands."""

from runner_task.masking import Masker


def a_masker(*secrets: str) -> Masker:
    masker = Masker()
    masker.add(*secrets)
    return masker


def test_a_secret_is_masked_everywhere() -> None:
    assert a_masker("s3cret-value").mask("a s3cret-value, again:s3cret-value") == "a ***, again:***"


def test_the_longer_of_two_overlapping_secrets_wins() -> None:
    assert a_masker("secret", "secret-and-more").mask("x secret-and-more") == "x ***"


def test_each_line_of_a_key_file_is_masked() -> None:
    assert a_masker("first-line\nsecond-line").mask("second-line") == "***"


def test_short_and_absent_secrets_mask_nothing() -> None:
    masker = a_masker("abc", "")
    masker.add(None)
    assert masker.mask("abc and nothing") == "abc and nothing"


def test_characters_of_regular_expressions_are_plain() -> None:
    assert a_masker("a.c+d(e)").mask("a.c+d(e) abcd(e)") == "*** abcd(e)"
