"""The largest spec is converted while somebody waits: each component is judged by itself."""

from chalicelib.providers.aws import AWS
from chalicelib.providers.conversion import convert
from chalicelib.providers.conversion.draft import Draft
from chalicelib.providers.gcp import GCP
from chalicelib.services.spec_forms import read_form, stored
from tests.support.aws_specs import a_form_for_aws


def test_a_hundred_components_with_refused_fields_are_all_mended() -> None:
    queues = [
        {
            "name": f"q-{number}-",
            "visibility_timeout": 43200 - number,
            "delay_seconds": 900,
            "message_retention": 60,
        }
        for number in range(100)
    ]
    made = convert(stored(read_form(a_form_for_aws(queues=queues, topics=[]))), AWS, GCP)
    assert [queue["visibility_timeout"] for queue in made.form["queues"]] == [600] * 100


def test_one_of_many_is_tried_without_the_others() -> None:
    """A trial costs what its component costs: the largest spec has some thousand of them."""
    form = stored(read_form(a_form_for_aws()))
    trial = Draft(form).part(("topics", 0)).form()
    held = {name for name, value in trial.items() if isinstance(value, dict | list)}
    assert held == {"topics", "queues"}
    assert trial["topics"] == form["topics"][:1]
