"""Adding a cloud is one file, one template folder and one word: a toy cloud proves it.

Nothing else is touched here but the registry and the word, and everything that asks a provider anything
(forms, tfvars, facts, groups, kubeconfigs, conversions) works on it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.conversion import Outcome
from chalicelib.domain.errors import FieldProblem, InvalidInput
from chalicelib.domain.kubeconfig import Kubeconfig
from chalicelib.domain.spec_config import Owner, SpecConfig
from chalicelib.domain.words import CloudProvider, ComponentKind, Stage
from chalicelib.providers import provider_of, registry
from chalicelib.providers.base import Catalogue, Configuration, Engine, Provider, Tfvars, choices
from chalicelib.providers.conversion import convert
from chalicelib.providers.equivalents.regions import REGIONS
from chalicelib.providers.outputs import FactOutputs
from chalicelib.services.spec_forms import read_form, stored
from tests.support.aws_specs import a_form_for_aws
from tests.support.templates import outputs, variables

# --- the one file ----------------------------------------------------------------------------------------


def problems(config: Configuration) -> Iterator[FieldProblem]:
    if config.region != "garage":
        yield FieldProblem(("region",), f"{config.region!r} is not offered; choose garage")


def tfvars(config: SpecConfig, owner: Owner) -> Tfvars:
    return {
        "project_name": config.project_name,
        "spec_id": owner.spec_id,
        "shelves": {bucket.name: {"versioning": bucket.versioning} for bucket in config.storage_buckets},
    }


def cluster_login(config: SpecConfig, facts: Mapping[str, Any]) -> Kubeconfig:
    return Kubeconfig(
        cluster=facts["name"],
        server=facts["endpoint"],
        certificate_authority=facts["ca_certificate"],
        command="toy",
        needs=f"the toy's own command, in {config.region}",
    )


HCL = """
variable "project_name" { type = string }
variable "spec_id" { type = string }
variable "shelves" { type = map(object({ versioning = bool })) }

resource "toy_shelf" "this" { for_each = var.shelves }

output "shelves" { value = { for name, shelf in toy_shelf.this : name => { id = shelf.id } } }
"""
"""The one folder."""


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Provider:
    """The one word, and the registry's line."""
    word = str.__new__(CloudProvider, "toy")
    word._name_, word._value_ = "TOY", "toy"
    monkeypatch.setitem(CloudProvider._member_map_, "TOY", word)
    monkeypatch.setitem(CloudProvider._value2member_map_, "toy", word)
    provider = Provider(
        name=word,
        label="Toy",
        template="toy",
        catalogue=Catalogue(
            regions=choices({"garage": "The garage"}),
            kubernetes_versions=(),
            instance_types=(),
            database_engines=(
                Engine(name="card-index", label="Card index", versions=("2", "1"), default_port=1111),
            ),
            cache_engines=(),
            cache_node_types=(),
            subscription_protocols=(),
        ),
        stages={stage: {"databases": {"engine": "card-index"}} for stage in Stage},
        options={ComponentKind.DATABASE: {"drawer": str}},
        problems=problems,
        variables=tfvars,
        facts=FactOutputs(single={}, many={ComponentKind.STORAGE_BUCKET: "shelves"}),
        groups={"toy_shelf": "Toy Shelves"},
        cluster_login=cluster_login,
    )
    monkeypatch.setitem(registry, word, provider)
    return provider


FORM = {
    "project_name": "shop",
    "environment_stage": "development",
    "provider": "toy",
    "region": "garage",
    "storage_buckets": [{"name": "media"}, {"name": "papers", "versioning": False}],
}


def config(**changes: Any) -> SpecConfig:
    return SpecConfig.model_validate(read_form({**FORM, **changes}).model_dump(exclude={"cloud_identity"}))


class TestFourthCloud:
    def test_a_form_gets_its_defaults_and_its_engines_version(self, toy: Provider) -> None:
        form = read_form({**FORM, "databases": [{"name": "orders"}]})
        assert (form.databases[0].engine, form.databases[0].engine_version) == ("card-index", "2")

    def test_its_rules_and_options_name_the_field(self, toy: Provider) -> None:
        database = {"name": "orders", "provider_config": {"drawr": "top"}}
        with pytest.raises(InvalidInput) as refused:
            read_form({**FORM, "region": "attic", "databases": [database]})
        assert {problem.field: problem.message for problem in refused.value.problems} == {
            "region": "'attic' is not offered; choose garage",
            "databases[0].provider_config.drawr": (
                "'drawr' is no option of a database on Toy; there are: drawer"
            ),
        }

    def test_what_is_emitted_is_declared_and_every_component_arrives(
        self, toy: Provider, tmp_path: Path
    ) -> None:
        (tmp_path / "main.tf").write_text(HCL)
        emitted = toy.to_tfvars(config(), Owner(zone_id="z", spec_id="s"))
        assert emitted.keys() == variables(tmp_path).keys()
        assert emitted["shelves"].keys() == {"media", "papers"}
        assert set(toy.facts.many.values()) <= outputs(tmp_path).keys()

    def test_outputs_become_facts_of_components(self, toy: Provider) -> None:
        found = toy.outputs_to_components(config(), {"shelves": {"media": {"id": "shelf-1"}}})
        assert [(one.kind, one.name, one.facts) for one in found] == [
            (ComponentKind.STORAGE_BUCKET, "media", {"id": "shelf-1"})
        ]

    def test_addresses_and_services_have_names(self, toy: Provider) -> None:
        assert toy.component_of('module.storage_bucket["media"].toy_shelf.this') == (
            ComponentKind.STORAGE_BUCKET,
            "media",
        )
        assert toy.group_of("toy_shelf") == "Toy Shelves"

    def test_people_sign_in_to_its_cluster(self, toy: Provider) -> None:
        facts = {"name": "c", "endpoint": "https://c", "ca_certificate": "Q0E="}
        document = toy.cluster_login(config(), facts).document()
        assert document["users"][0]["user"]["exec"]["command"] == "toy"

    def test_the_registry_knows_it_by_its_word(self, toy: Provider) -> None:
        assert provider_of(CloudProvider("toy")) is toy

    def test_without_a_column_nothing_has_a_counterpart(self, toy: Provider) -> None:
        assert REGIONS.counterpart("eu-west-1", CloudProvider.AWS, toy.name) is None
        assert REGIONS.column(toy.name) == ()

    def test_a_spec_moves_there_and_whatever_has_no_place_waits_for_a_person(self, toy: Provider) -> None:
        form = stored(read_form(a_form_for_aws()))
        made = convert(form, registry[CloudProvider.AWS], toy, region="garage")
        assert stored(read_form(made.form)) == made.form
        assert (made.form["cluster"], made.form["caches"]) == (None, [])
        assert [one["engine"] for one in made.form["databases"]] == ["card-index", "card-index"]
        said = {line.field: line.outcome for line in made.report}
        for field in ("cluster.node_max_size", "caches[0].name", "databases[0].engine"):
            assert said[field] is Outcome.DECISION
        assert len(said) == len(made.report)

    def test_a_spec_moves_away_from_it(self, toy: Provider) -> None:
        form = stored(read_form({**FORM, "databases": [{"name": "orders"}]}))
        made = convert(form, toy, registry[CloudProvider.AWS], region="eu-west-1")
        assert stored(read_form(made.form)) == made.form
        assert made.form["databases"][0]["engine"] == "aurora-postgresql"
