"""Moving a spec to another cloud, and what becomes of its fields."""

import json
import re
from collections.abc import Iterable
from typing import Any

import click
from rich.text import Text

from . import output
from .main import Session, pass_session
from .specs import specs

OUTCOMES = (
    ("needs_decision", "Needs a decision", "yellow"),
    ("lost", "Lost", "red"),
    ("converted", "Converted", "cyan"),
)
"""What a person should look at, the most pressing first."""


@specs.command("convert")
@click.argument("spec")
@click.option("--provider", required=True, help="The other cloud: aws, gcp or azure.")
@click.option("--region", help="Its region; without one, the one in the same place.")
@click.option("--project", "project_name", help="The draft's project name; without one, the spec's.")
@click.option("--preview", is_flag=True, help="Only show what would become of each field.")
@click.option("--all", "everything", is_flag=True, help="Also list the fields that stay as they are.")
@pass_session
def convert_spec(
    session: Session,
    spec: str,
    provider: str,
    region: str | None,
    project_name: str | None,
    preview: bool,
    everything: bool,
) -> None:
    """Make a draft of a spec for another cloud. The spec itself stays as it is."""
    ask = session.client.conversion if preview else session.client.convert
    answer = ask(spec, provider, region=region, project_name=project_name)
    session.show(answer, lambda found: show_conversion(found, everything=everything))


def show_conversion(answer: dict[str, Any], *, everything: bool) -> None:
    """The report by outcome, and what to do next."""
    say = output.console.print
    for outcome, title, style in OUTCOMES:
        lines = [line for line in answer["report"] if line["outcome"] == outcome]
        if lines:
            say(Text(f"{title} ({len(lines)})", style=f"bold {style}"))
            output.table(("Field", "Was", "Becomes", "Why"), _rows(lines))
            say()
    carried = [line for line in answer["report"] if line["outcome"] == "carried"]
    remarked = [line for line in carried if line["why"]]
    if remarked:
        say(Text(f"Stays, and does something else there ({len(remarked)})", style="bold"))
        output.table(("Field", "Value", "Why"), _remarks(remarked))
        say()
    say(f"Fields that stay as they are: {len(carried)}{'' if everything else ' (--all lists them)'}")
    if everything:
        output.table(("Field", "Value"), ((_field(line), _value(line["was"])) for line in carried))
    draft = answer["spec"]
    if draft is None:
        say(f"Nothing was made. The draft would be {_named(answer['form'])}.")
        return
    say(f"Made the draft {draft['spec_id']}: {_named(draft)}.")
    say(
        "Choose its account, then plan it: "
        f"alethia specs edit {draft['spec_id']} --identity IDENTITY · alethia plan {draft['spec_id']}"
    )


def _rows(lines: Iterable[dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    for line in lines:
        yield _field(line), _value(line["was"]), _value(line["becomes"]), line["why"]


def _remarks(lines: Iterable[dict[str, Any]]) -> Iterable[tuple[str, ...]]:
    for line in lines:
        yield _field(line), _value(line["was"]), line["why"]


def _field(line: dict[str, Any]) -> str:
    """``databases[orders].port``: a stored spec keeps its components in an order of its own."""
    field: str = line["field"]
    name = line.get("component")
    return re.sub(r"\[\d+\]", f"[{name}]", field, count=1) if name else field


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _named(form: dict[str, Any]) -> str:
    return f"{form['project_name']} · {form['environment_stage']} · {form['provider']} {form['region']}"
