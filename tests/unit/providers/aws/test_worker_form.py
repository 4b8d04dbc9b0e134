"""Sizes, retention times and regions of a deployed runner, as AWS takes them."""

import pytest

from chalicelib.domain.worker import WorkerForm
from chalicelib.providers.aws.worker_form import MEMORY_OF_CPU, problems_of


def a_worker_form(**changes: object) -> WorkerForm:
    return WorkerForm.model_validate(
        {"identity_id": "identity-1", "region": "eu-west-1", "name": "Theirs"} | changes
    )


def test_the_defaults_are_what_aws_takes() -> None:
    assert list(problems_of(a_worker_form())) == []


@pytest.mark.parametrize("cpu", MEMORY_OF_CPU)
def test_every_pair_of_fargates_table_is_taken_and_none_beside_it(cpu: int) -> None:
    for memory in MEMORY_OF_CPU[cpu]:
        assert list(problems_of(a_worker_form(cpu=cpu, memory_mib=memory))) == []
    for memory in (MEMORY_OF_CPU[cpu][0] - 1, MEMORY_OF_CPU[cpu][-1] + 1024):
        (problem,) = problems_of(a_worker_form(cpu=cpu, memory_mib=memory))
        assert problem.field == "memory_mib"


def test_each_field_has_its_own_problem() -> None:
    found = problems_of(a_worker_form(region="mars-1", cpu=1, log_days=2))
    assert [problem.field for problem in found] == ["region", "cpu", "log_days"]
