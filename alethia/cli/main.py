"""The command itself: its groups, and how refusals become sentences and exit codes."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import click
from rich.text import Text

from ..client import Client
from ..transport import (
    ApiError,
    ClientError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    Unreachable,
)
from . import output
from .config import Config, read_config

EXIT_FAILED = 1
EXIT_INVALID = 3
EXIT_REFUSED = 4
EXIT_NOT_ALLOWED = 5
EXIT_NOT_FOUND = 6
EXIT_UNREACHABLE = 7


@dataclass
class Session:
    """One invocation: where to, as whom, and how to show the answer."""

    url: str | None
    token: str | None
    as_json: bool
    zone_option: str | None

    @cached_property
    def config(self) -> Config:
        """The stored settings."""
        return read_config()

    @cached_property
    def client(self) -> Client:
        """The API; a usage error when nobody said where it is."""
        url = self.url or self.config.url
        if not url:
            raise click.UsageError(
                "No Alethia is known yet. Start one with `alethia up`, or name one with `alethia login URL`."
            )
        return Client(url, self.token or self.config.token)

    @cached_property
    def zone(self) -> str:
        """The zone that the command is about: named, configured, or the only one there is."""
        named = self.zone_option or self.config.zone
        if named:
            return named
        zones = self.client.zones()["items"]
        if len(zones) == 1:
            return str(zones[0]["zone_id"])
        if not zones:
            raise click.UsageError(
                "You are in no zone yet. Make one with `alethia zones create NAME`, or join one with an "
                "invitation's code: `alethia invitations accept`."
            )
        names = ", ".join(zone["zone_id"] for zone in zones)
        raise click.UsageError(f"Say which zone with --zone (or ALETHIA_ZONE); yours are: {names}.")

    def show(self, answer: Any, render: Callable[[Any], None]) -> None:
        """Print the answer as JSON, or let `render` show it."""
        if self.as_json:
            output.print_json(answer)
        else:
            render(answer)


pass_session = click.make_pass_decorator(Session)


class Command(click.Command):
    """A command that takes ``--json`` too: people write it last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(["--json"], is_flag=True, expose_value=False, hidden=True, callback=_as_json)
        )


def _as_json(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    session = context.find_object(Session)
    if session is not None:
        session.as_json = session.as_json or wanted


class Group(click.Group):
    """A group whose list of commands has whole sentences: click cuts what is longer than a line."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Name and summary of each command."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str(limit=200)) for name, one in named if one and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


Group.group_class = Group
Group.command_class = Command


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--url", help="Address of the API; else ALETHIA_URL or the stored one.")
@click.option("--token", help="Sign-in token; better ALETHIA_TOKEN or `alethia login`.", hidden=True)
@click.option("--zone", help="Zone to work in; else ALETHIA_ZONE, the stored one, or your only one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of tables.")
@click.pass_context
def cli(context: click.Context, url: str | None, token: str | None, zone: str | None, as_json: bool) -> None:
    """Infrastructure from a form: plan, review, apply."""
    context.obj = Session(url=url, token=token, as_json=as_json, zone_option=zone)


def main() -> NoReturn:
    """Run the command; end with one of the documented exit codes."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        output.errors.print("Stopped.", style="yellow")
        sys.exit(130)
    except ClientError as error:
        explain(error)
        sys.exit(exit_code(error))
    except BrokenPipeError:  # who read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except OSError as error:
        said = error.strerror or str(error)
        output.errors.print(f"{error.filename}: {said}" if error.filename else said, style="red")
        sys.exit(EXIT_FAILED)
    sys.exit(code if isinstance(code, int) else 0)


def exit_code(error: ClientError) -> int:
    """The code of a refusal."""
    match error:
        case Invalid():
            return EXIT_INVALID
        case Refused():
            return EXIT_REFUSED
        case NotSignedIn() | NotAllowed():
            return EXIT_NOT_ALLOWED
        case NotFound():
            return EXIT_NOT_FOUND
        case Unreachable():
            return EXIT_UNREACHABLE
    return EXIT_FAILED


def explain(error: ClientError) -> None:
    """What is wrong, where, and the way out."""
    say = output.errors.print
    problems = error.problems if isinstance(error, ApiError) else []
    said_below = [problem["message"] for problem in problems if problem["field"]]
    if said_below != [str(error)]:
        say(Text(str(error), style="red"))
    if not isinstance(error, ApiError):
        return
    for problem in problems:
        say(
            Text(
                f"  {problem['field']}: {problem['message']}"
                if problem["field"]
                else f"  {problem['message']}"
            )
        )
    if isinstance(error, NotSignedIn):
        say("Sign in with `alethia login URL`; for the embedded stack, `alethia up` signs you in.")
    if run := error.details.get("run_id"):
        say(f"See it: alethia runs show {run} · stop it: alethia cancel {run}")
    changed = error.details.get("changed")
    if isinstance(changed, list) and changed:
        say("Changed since: " + ", ".join(map(str, changed)))
    if error.status >= 500 and error.request_id:
        say(f"Request id: {error.request_id}", style="dim")


from . import (  # noqa: E402, F401  (they add their commands to `cli`)
    accounts,
    audit,
    conversions,
    deployed,
    git,
    identities,
    jobs,
    members,
    rules,
    runner,
    runs,
    sign_in,
    single_jobs,
    smoke,
    specs,
    stack,
    state,
)
