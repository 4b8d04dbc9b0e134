"""What GCP takes and refuses, as a whole."""

import pytest

from chalicelib.domain.words import CloudProvider, Stage
from chalicelib.providers import registry
from chalicelib.services.spec_forms import read_form
from tests.support.gcp_specs import SHAPES, a_bare_form_for_gcp, a_form_for_gcp, form, refusals

GCP = registry[CloudProvider.GCP]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_spec_of_any_shape_is_fine(shape: str) -> None:
    assert GCP.validate(form(SHAPES[shape])) == []


@pytest.mark.parametrize("stage", Stage)
def test_the_defaults_of_each_stage_are_fine(stage: Stage) -> None:
    plain = {
        **{field: {} for field in ("network", "cluster")},
        **{
            field: [{"name": "one"}, {"name": "two"}] for field in ("databases", "caches", "queues", "topics")
        },
        **{field: [{"name": "one"}] for field in ("container_registries", "storage_buckets", "secrets")},
        "dns": {"domain_name": "shop.example.com"},
        "nosql_tables": [{"name": "one", "hash_key": "id"}],
    }
    read = read_form(a_bare_form_for_gcp(environment_stage=stage, **plain))
    assert [read.databases[0].multi_az, read.caches[0].multi_az] == [stage is not Stage.DEVELOPMENT] * 2


def test_all_faults_are_told_at_once() -> None:
    cache = {"engine": "redis", "engine_version": "7.2", "node_type": "redis-1gb"}
    caches = [{**cache, "name": "a", "engine_version": "9"}, {**cache, "name": "b", "node_type": "big"}]
    found = refusals(region="mars-1", caches=caches)
    assert found.keys() == {"region", "caches[0].engine_version", "caches[1].node_type"}


def test_a_fault_in_one_component_says_nothing_about_its_neighbours() -> None:
    full = a_form_for_gcp()
    full["queues"][1]["delay_seconds"] = 5
    assert [problem.field for problem in GCP.validate(form(full))] == ["queues[1].delay_seconds"]
