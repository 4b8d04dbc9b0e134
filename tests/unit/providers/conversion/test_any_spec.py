"""What holds for the conversion of every valid spec of every cloud to every other one."""

import re
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.conversion import Conversion, FieldReport, Outcome
from chalicelib.domain.errors import FieldProblem
from chalicelib.domain.spec import SpecForm, each_component
from chalicelib.providers import registry
from chalicelib.providers.base import Provider
from chalicelib.providers.conversion import convert
from chalicelib.providers.conversion.paths import Path, filled_in
from chalicelib.providers.equivalents.regions import REGIONS
from chalicelib.services.spec_forms import read_form, stored
from tests.support.any_spec import specs_of

SPECS = {cloud: specs_of(provider) for cloud, provider in registry.items()}


class Case(NamedTuple):
    form: dict[str, Any]
    source: Provider
    target: Provider

    def there(self) -> Conversion:
        return move(self.form, self.source, self.target)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    source, target = draw(st.permutations(list(registry)))[:2]
    return Case(draw(SPECS[source]), registry[source], registry[target])


def move(form: dict[str, Any], source: Provider, target: Provider) -> Conversion:
    """The conversion, to a region of the target's where the spec's own has no counterpart."""
    known = REGIONS.counterpart(form["region"], source.name, target.name)
    return convert(form, source, target, region=None if known else target.catalogue.regions[0].value)


cheap = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(cases())
@cheap
def test_the_draft_is_valid_and_the_report_tells_all_of_it(case: Case) -> None:
    before = deepcopy(case.form)
    made = case.there()
    assert stored(read_form(made.form)) == made.form
    assert sorted(line.field for line in made.report) == sorted({*written(case.form), "cloud_identity"})
    assert rebuilt(made.report) == dict(filled_in(made.form))
    for line in made.report:
        check_outcome(line)
    assert case.there() == made
    assert case.form == before
    assert components(made.form) == components(before)


@given(cases())
@cheap
def test_what_came_home_once_comes_home_always(case: Case) -> None:
    """What both clouds have is what a journey there and back leaves; further ones change nothing."""
    home = there_and_back(case.form, case.source, case.target)
    assert there_and_back(home, case.source, case.target) == home


def there_and_back(form: dict[str, Any], source: Provider, target: Provider) -> dict[str, Any]:
    there = move(form, source, target).form
    return convert(there, target, source, region=form["region"]).form


def components(form: dict[str, Any]) -> Counter[str]:
    """How many of each kind there are."""
    read = SpecForm.model_validate(form)
    return Counter(kind.value for kind, _, _ in each_component(read))


def written(form: dict[str, Any]) -> list[str]:
    return [FieldProblem(path, "").field for path, _ in filled_in(form)]


def check_outcome(line: FieldReport) -> None:
    if line.outcome is Outcome.CARRIED:
        assert line.becomes == line.was, line
        assert not line.why or line.why.startswith("On "), line
        return
    assert re.fullmatch(r".+[^.]\.", line.why, re.DOTALL), line
    if line.outcome is Outcome.CONVERTED:
        assert line.becomes is not None, line
    if line.outcome is not Outcome.DECISION:
        assert line.becomes != line.was, line


def rebuilt(report: Iterable[FieldReport]) -> dict[Path, Any]:
    """The draft's fields, made of nothing but the report: what is left out makes the rest move up."""
    held = {path_of(line.field): line.becomes for line in report if line.becomes is not None}
    lists: dict[Path, list[int]] = {}
    for path in held:
        for length, part in enumerate(path):
            if isinstance(part, int) and part not in lists.setdefault(path[:length], []):
                lists[path[:length]].append(part)
    return {
        tuple(
            sorted(lists[path[:length]]).index(part) if isinstance(part, int) else part
            for length, part in enumerate(path)
        ): becomes
        for path, becomes in held.items()
    }


def path_of(field: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", field))
