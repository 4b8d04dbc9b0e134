"""Specs: create, read, edit, delete, preview."""

import difflib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import click
import yaml

from ..transport import ApiError
from . import output
from .main import Session, cli, pass_session

LONGEST_FACT = 160


@cli.group()
def specs() -> None:
    """Specs: what an environment should be."""


@specs.command("list")
@pass_session
def list_specs(session: Session) -> None:
    """The zone's specs."""
    session.show(
        session.client.specs(session.zone),
        lambda page: output.table(
            ("Spec", "Project", "Stage", "Cloud", "Region", "Status", "Live run"),
            (
                (
                    spec["spec_id"],
                    spec["project_name"],
                    spec["environment_stage"],
                    spec["provider"],
                    spec["region"],
                    output.status(spec["status"]),
                    spec.get("live_run"),
                )
                for spec in page["items"]
            ),
        ),
    )


identity_option = click.option("--identity", help="The linked account that it provisions into.")


@specs.command("create")
@click.option(
    "-f",
    "--file",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The form, as YAML or JSON.",
)
@identity_option
@pass_session
def create_spec(session: Session, path: Path, identity: str | None) -> None:
    """Make a spec of a YAML or JSON file. It takes the only account of its cloud where none is named."""
    form = read_form(path)
    if identity:
        form["cloud_identity"] = identity
    if not form.get("cloud_identity"):
        linked = session.client.identities(session.zone)["items"]
        found = [one for one in linked if one["provider"] == form.get("provider", "aws")]
        if len(found) == 1:
            form["cloud_identity"] = found[0]["identity_id"]
    made = session.client.create_spec(session.zone, form)
    session.show(made, show_spec)
    if not made.get("cloud_identity") and not session.as_json:
        output.console.print(
            f"No account is chosen yet: alethia specs edit {made['spec_id']} --identity IDENTITY "
            "(alethia identities list)",
            style="yellow",
        )


@specs.command("show")
@click.argument("spec")
@pass_session
def read_spec(session: Session, spec: str) -> None:
    """One spec, with what is observed of each component."""
    session.show(session.client.spec(spec), show_spec)


@specs.command("edit")
@click.argument("spec")
@click.option(
    "-f",
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The whole form, as YAML or JSON; without it and other options, your editor opens.",
)
@identity_option
@pass_session
def edit_spec(session: Session, spec: str, path: Path | None, identity: str | None) -> None:
    """Change a spec, by a file, an option or in your editor. What another changed meanwhile is never lost."""
    present = session.client.spec(spec)
    before = yaml.safe_dump(form_of(present), sort_keys=False, allow_unicode=True)
    edited: str | None = None
    if path is None and identity is not None:
        form = {**form_of(present), "cloud_identity": identity}
    elif path is None:
        edited = click.edit(before, extension=".yaml")
        if edited is None or edited == before:
            output.console.print("Nothing changed.")
            return
        form = parsed(edited, "What you wrote")
    else:
        # A file need not repeat which account was linked; `cloud_identity: null` unlinks it.
        form = {"cloud_identity": present["cloud_identity"], **read_form(path)}
        if identity is not None:
            form["cloud_identity"] = identity
    try:
        answer = session.client.edit_spec(spec, form, current_rev=present["current_rev"])
    except ApiError:
        if edited is not None:
            _keep(spec, edited)
        raise
    session.show(answer, lambda after: _show_difference(before, form_of(after)))


def _keep(spec: str, edited: str) -> None:
    """Nobody writes twice what was refused once."""
    handle, name = tempfile.mkstemp(prefix=f"{spec}-", suffix=".yaml")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(edited)
    output.errors.print(f"What you wrote is kept: correct it, then alethia specs edit {spec} -f {name}")


@specs.command("delete")
@click.argument("spec")
@pass_session
def delete_spec(session: Session, spec: str) -> None:
    """Delete a spec that has nothing provisioned."""
    session.client.delete_spec(spec)
    session.show({"deleted": spec}, lambda _: output.console.print(f"Deleted {spec}."))


@specs.command("preview")
@click.argument("spec")
@pass_session
def preview_spec(session: Session, spec: str) -> None:
    """What a plan made now would get: snapshot, hash and terraform's variables."""

    def show(preview: dict[str, Any]) -> None:
        output.console.print(f"config_hash  {preview['config_hash']}")
        output.print_json({name: value for name, value in preview.items() if name != "config_hash"})

    session.show(session.client.preview(spec), show)


@specs.command("kubeconfig")
@click.argument("spec")
@click.option(
    "--output", "-o", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file."
)
@pass_session
def kubeconfig(session: Session, spec: str, path: Path | None) -> None:
    """A kubeconfig for the spec's cluster; it holds no credential, your own sign-in to the cloud counts."""

    answer = session.client.kubeconfig(spec)
    text = yaml.safe_dump(answer["document"], sort_keys=False)
    if path is not None:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"{path} can't be written: {error.strerror}.") from None

    def show(_: dict[str, Any]) -> None:
        if path is None:
            click.echo(text, nl=False)
        else:
            output.console.print(f"Written to {path}. It needs {answer['needs']}.")

    session.show(answer, show)


def read_form(path: Path) -> dict[str, Any]:
    """A form from YAML or JSON (which is YAML as well)."""
    try:
        return parsed(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError):
        raise click.UsageError(f"{path} can't be read: it is to be a file of text, in UTF-8.") from None


def parsed(text: str, name: str) -> dict[str, Any]:
    """The form that `text` holds; what YAML takes for a date is the text that somebody wrote."""
    try:
        form = json.loads(json.dumps(yaml.safe_load(text), default=str))
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise click.UsageError(f"{name} can't be read as YAML or JSON: {error}") from None
    if not isinstance(form, dict):
        raise click.UsageError(f"{name} must hold a mapping of the form's fields.")
    return form


def form_of(spec: dict[str, Any]) -> dict[str, Any]:
    """The editable part of an answer."""
    return dict(spec["form"])


def show_spec(spec: dict[str, Any]) -> None:
    """A spec for people."""
    say = output.console.print
    where = f"{spec['provider']} {spec['region']}"
    say(f"{spec['spec_id']}  {spec['project_name']} · {spec['environment_stage']} · {where}")
    say("status ", output.status(spec["status"]), f" · revision {spec['current_rev']}", sep="")
    show_components(spec)


def show_components(spec: dict[str, Any]) -> None:
    """Every component with its status and its facts."""
    output.table(
        ("Kind", "Name", "Status", "Facts"),
        (
            (one["kind"], one["name"], output.status(one["status"]), facts(one.get("facts") or {}))
            for one in spec.get("components", [])
        ),
    )


def facts(found: dict[str, Any]) -> str:
    """What is observed of a component, a line each; long values are cut (``--json`` has them whole)."""
    lines = []
    for name, value in found.items():
        if value not in (None, "", [], {}):
            text = value if isinstance(value, str) else json.dumps(value)
            lines.append(f"{name}: {text if len(text) <= LONGEST_FACT else text[:LONGEST_FACT] + '…'}")
    return "\n".join(lines)


def _show_difference(before: str, after: dict[str, Any]) -> None:
    lines = difflib.unified_diff(
        before.splitlines(),
        yaml.safe_dump(after, sort_keys=False, allow_unicode=True).splitlines(),
        lineterm="",
        n=1,
    )
    for line in list(lines)[2:]:
        style = {"+": "green", "-": "red"}.get(line[:1], "dim")
        output.console.print(line, style=style, markup=False)
