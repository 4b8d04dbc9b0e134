"""The state machine's file is filled in whole."""

import pytest

from alethia.embedded.errors import StackError
from alethia.embedded.provision import fill


def test_every_name_gets_its_value() -> None:
    assert fill('{"a": "${One}", "b": "${Two}${One}"}', {"One": "1", "Two": "2"}) == '{"a": "1", "b": "21"}'


def test_a_name_that_nobody_fills_in_is_an_error() -> None:
    with pytest.raises(StackError, match="NewFunctionArn"):
        fill('{"a": "${NewFunctionArn}"}', {"One": "1"})
