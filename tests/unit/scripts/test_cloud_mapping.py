"""The mapping table of the documentation is what the code does, and the probe sees what it should."""

from chalicelib.domain.words import CloudProvider
from chalicelib.providers import registry
from scripts import cloud_mapping
from scripts.field_probe import REFUSED, every_field, variables_of

AWS, GCP = registry[CloudProvider.AWS], registry[CloudProvider.GCP]


def test_the_documentation_has_the_generated_tables() -> None:
    page = cloud_mapping.PAGE.read_text()
    assert page == cloud_mapping.written(page), "run python -m scripts.cloud_mapping --write"


def test_a_field_becomes_the_attribute_that_changes_with_it() -> None:
    config = cloud_mapping.demo_config(AWS)
    assert variables_of(AWS, config, "databases.engine") == ["rds_config.engine"]
    assert variables_of(AWS, config, "caches.node_type") == ["redis_instance_type"]


def test_what_a_cloud_does_not_take_is_refused_and_not_lost() -> None:
    assert variables_of(GCP, cloud_mapping.demo_config(GCP), "queues.delay_seconds") == [REFUSED]


def test_on_aws_every_field_becomes_something() -> None:
    config = cloud_mapping.demo_config(AWS)
    nothing = [field for field in every_field() if not variables_of(AWS, config, field)]
    assert nothing == ["repositories.apps_destination_repo"]
