"""Calls one of the deployment's functions with a sample event: ``make invoke EVENT=events/…json``.

The function runs in this process, so that a debugger can stop in it, with the settings that the embedded
stack gave its functions: those of the stack that is up, or of one that is started for this call and thrown
away. ``events/`` holds samples in the shapes that AWS sends; the ids in them are nobody's, ``--set`` puts
others in their place.
"""

import argparse
import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.errors import AlethiaError
from runner_task.held_folders import held_folder

from . import provision
from .data_dir import DataDir
from .emulated_aws import clients
from .errors import StackError
from .processes import HOST, PROJECT

EVENTS = PROJECT / "events"
API = "app"
"""The handler of API Gateway's requests, in ``app.py``; the others are found by name."""

HINT = "(The ids in a sample are nobody's: put yours in their place with --set.)"

Handler = Callable[[dict[str, Any], Any], Any]


def files() -> list[Path]:
    """Every sample."""
    return sorted(EVENTS.rglob("*.json"))


def handler_name(file: Path) -> str:
    """The handler in ``app.py`` that takes the event: by its folder, or in ``workflow`` by the name's first
    word (``dispatch_runner.apply.json`` is one more event of ``dispatch_runner``)."""
    folder = file.parent.name
    return file.name.split(".")[0] if folder == "workflow" else {"api": API}.get(folder, folder)


def handler(name: str) -> Handler:
    """A handler of ``app.py``."""
    import app

    found: Handler = getattr(app, name, None) or app.app.handler_map[name]
    return found


def read(path: Path, changes: Mapping[str, str]) -> dict[str, Any]:
    """The event in a file, with `changes` to its top-level fields.

    Raises
    ------
    StackError
        There is no such event, or no such field in it; says which there are.
    """
    if path.resolve() not in files():
        known = "\n".join(f"  {file.relative_to(PROJECT)}" for file in files())
        said = f"{path} is no event of events/." if path.name else "Say which event: EVENT=events/…json."
        raise StackError(f"{said} There are:\n{known}")
    event: dict[str, Any] = json.loads(path.read_text())
    for name, value in changes.items():
        if name not in event:
            raise StackError(f"{path} has no field '{name}'. It has: {', '.join(event)}.")
        kind = type(event[name])
        try:
            event[name] = kind(value) if kind in (str, int) else json.loads(value)
        except ValueError:
            raise StackError(f"{name}={value} is not what the sample has there: {event[name]!r}.") from None
    return event


def invoke(name: str, event: dict[str, Any]) -> Any:
    """What the function answers, in this process."""
    from .gateway import LambdaContext

    return handler(name)(event, LambdaContext(str(uuid.uuid4())))


@contextmanager
def environment(root: Path) -> Iterator[dict[str, str]]:
    """The environment of the functions of the stack in `root`; of a throw-away one if none is up there."""
    port = DataDir(root.resolve()).remembered().get("ports", {}).get("aws")
    found = _environment(f"http://{HOST}:{port}") if port else None
    if found is not None:
        yield found
        return
    from .stack import running

    print(f"No stack is up in {root}: this call gets one of its own.", file=sys.stderr)
    with held_folder("alethia-invoke-") as folder, running(folder) as stack:
        own = _environment(stack.control_plane.aws_endpoint)
        assert own is not None, "the stack was started a moment ago"
        yield own


def _environment(endpoint: str) -> dict[str, str] | None:
    """As a function's own configuration says; ``None`` when nobody answers there."""
    first = next(iter(provision.handlers()))
    try:
        answer = clients(endpoint)("lambda").get_function_configuration(FunctionName=f"alethia-{first}")
    except (BotoCoreError, ClientError):
        return None
    variables: dict[str, str] = answer["Environment"]["Variables"]
    return variables


def main(argv: Sequence[str] | None = None) -> int:
    """Invoke; 1 with a sentence when there is no such event, or when the function refuses it."""
    options = _options(argv)
    try:
        changes = dict(pair.split("=", 1) for pair in options.set)
        event = read(options.event, changes)
        root = options.data_dir or Path.cwd() / ".alethia" / options.name
        # What the function logs is no part of its answer.
        with redirect_stdout(sys.stderr), environment(root) as environ:
            os.environ.update(environ)
            answer = invoke(handler_name(options.event), event)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    except AlethiaError as error:
        print(f"The function failed: {error.message} {HINT}", file=sys.stderr)
        return 1
    print(json.dumps(answer, indent=2))
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make invoke", description=__doc__.splitlines()[0])
    parser.add_argument(
        "event", type=Path, metavar="EVENT", nargs="?", default=Path(), help="a file of events/"
    )
    parser.add_argument("--name", default="default", help="the embedded stack's name")
    parser.add_argument("--data-dir", type=Path, help="the stack's data, if it is elsewhere")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", help="another value for a field"
    )
    options = parser.parse_args(argv)
    for pair in options.set:
        if "=" not in pair:
            parser.error(f"--set wants FIELD=VALUE, not {pair!r}")
    return options


if __name__ == "__main__":
    sys.exit(main())
