"""What the target says of a form: the same judgement that a person's own form would get."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from chalicelib.domain.errors import FieldProblem, InvalidInput
from chalicelib.domain.problems import problems_of
from chalicelib.domain.spec import SpecForm, check_names_unique

from ..base import Provider
from .paths import Path


def problems_with(form: Mapping[str, Any], target: Provider) -> list[FieldProblem]:
    """Everything that keeps `form` from being a spec of `target`."""
    try:
        read = SpecForm.model_validate(form)
    except ValidationError as error:
        return problems_of(error)
    return [*_duplicates(read), *target.validate(read)]


def about(path: Path, problems: list[FieldProblem]) -> list[FieldProblem]:
    """Those that are about the field, what is in it, or the component that it is part of."""
    return list(_about(path, problems))


def _about(path: Path, problems: list[FieldProblem]) -> Iterator[FieldProblem]:
    for problem in problems:
        shared = min(len(path), len(problem.path))
        if problem.path[:shared] == path[:shared]:
            yield problem


def _duplicates(form: SpecForm) -> tuple[FieldProblem, ...]:
    try:
        check_names_unique(form)
    except InvalidInput as duplicate:
        return duplicate.problems
    return ()
