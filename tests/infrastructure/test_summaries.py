"""The template of each stage against a committed summary, whose diff a change of the stack is read in."""

import pytest

from tests.infrastructure.conftest import Template
from tests.infrastructure.summary import FOLDER, summary


@pytest.mark.parametrize(("stage", "fixture"), [("prod", "template"), ("dev", "dev_template")])
def test_what_is_deployed_is_what_was_reviewed(
    stage: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    template: Template = request.getfixturevalue(fixture)
    assert summary(template) == (FOLDER / f"{stage}.txt").read_text(), (
        "The template changed. If it was meant to, write its summary anew and review the diff: "
        "CDK_VALIDATION=false python -m tests.infrastructure.summary"
    )
