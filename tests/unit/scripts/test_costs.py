"""What the documentation says of costs is what the script computes from counts and list prices."""

from pathlib import Path

from scripts import costs

DOCS = Path(__file__).parents[3] / "docs" / "deploying.md"


def test_the_documentation_has_the_computed_tables() -> None:
    assert costs.report() in DOCS.read_text()


def test_a_table_adds_up() -> None:
    lines = [costs.Line("a", "1", 1.25), costs.Line("b", "2", 2.5)]
    assert costs.table(lines, 2).splitlines()[-1] == "| **together** | | **3.75** |"


def test_an_idle_month_costs_what_stands_there_and_nothing_that_works() -> None:
    counted = {"one reconciler pass": {"read units": 0}}
    assert {line.what for line in costs.idle(counted)}.isdisjoint({"Fargate", "API requests"})
