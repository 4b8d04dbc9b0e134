"""pydantic's complaints become sentences that say what would be right."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.api.nouns import NOUNS
from chalicelib.domain.problems import PATTERNS, problems_of
from chalicelib.domain.spec import SpecForm
from tests.support.builders import a_form


def patterns_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for value in schema.values():
            yield from patterns_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from patterns_in(value)


def test_every_pattern_that_a_person_can_meet_has_words() -> None:
    bodies = [operation.body_model for noun in NOUNS for operation in noun.operations if operation.body_model]
    found = {pattern for body in bodies for pattern in patterns_in(body.model_json_schema())}
    assert found - set(PATTERNS) == set()


def test_the_offending_value_is_never_repeated() -> None:
    with pytest.raises(ValidationError) as refused:
        SpecForm.model_validate(a_form(project_name="Hunter2", region={"password": "Hunter2"}, Hunter2=1))
    said = [problem.message for problem in problems_of(refused.value)]
    assert len(said) == 3
    assert "Hunter2" not in " ".join(said)


def test_the_path_is_written_as_people_write_it() -> None:
    with pytest.raises(ValidationError) as refused:
        SpecForm.model_validate(a_form(queues=[{"name": "q"}, {"name": "Q"}]))
    assert [problem.field for problem in problems_of(refused.value)] == ["queues[1].name"]
