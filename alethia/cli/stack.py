"""``alethia up`` and ``alethia demo``: the whole system on this machine."""

import re
import signal
import threading
from pathlib import Path
from types import FrameType

import click

from . import output
from .config import Config, write_config
from .main import cli


def _a_name(_context: click.Context, _option: click.Parameter, name: str) -> str:
    """The name of a folder beside the other stacks', and nowhere else."""
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
        raise click.BadParameter("letters, digits, dots, hyphens and underscores; a letter or digit first.")
    return name


@cli.command()
@click.option(
    "--name",
    default="default",
    show_default=True,
    callback=_a_name,
    help="Stacks of other names run beside it.",
)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Else ./.alethia/NAME; kept between starts.",
)
@click.option(
    "--real-aws",
    is_flag=True,
    help="Runners use the AWS credentials of this shell: real resources, real cost.",
)
@click.option("--sign-in/--no-sign-in", default=True, help="Make it the Alethia that this command talks to.")
def up(name: str, data_dir: Path | None, real_aws: bool, sign_in: bool) -> None:
    """Start the embedded stack and keep it up until Ctrl-C.

    It has an emulated AWS account, and beside it a GCP project and an Azure subscription, where terraform's
    providers are schema-checked offline stand-ins.
    """
    from ..embedded.errors import StackError
    from ..embedded.stack import running

    stop = _stop_on_signals()
    try:
        with running(data_dir or default_dir(name), real_aws=real_aws) as stack:
            token = stack.token()
            say = output.console.print
            say(f"Alethia is up at {stack.url}", style="bold green")
            say(f"cloud  {'your AWS account' if real_aws else 'emulated, account 123456789012'}")
            say("       gcp and azure: schema-checked offline stand-ins; nothing real is asked or made")
            if real_aws:
                say("       jobs use this shell's credentials; accounts linked by a role need a deployment")
            say(f"data   {stack.data.root}")
            if sign_in:
                kept = write_config(Config(url=stack.url, token=token, stack=str(stack.data.root)))
                say(f"signed in as demo (kept in {kept})")
            say(f"token  {token}", soft_wrap=True)
            say("as somebody else: `alethia login --as anna`, or ALETHIA_TOKEN=$(alethia token --as anna)")
            say(
                "Try `alethia identities list`, `alethia specs create -f alethia/demo/spec.yaml` (or "
                "spec.gcp.yaml, spec.azure.yaml). Ctrl-C stops it."
            )
            stop.wait()
            say("Stopping; running jobs get up to two minutes to end well …")
    except StackError as error:
        raise click.ClickException(str(error)) from None


@cli.command()
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="Else a folder below ./.alethia, gone afterwards.",
)
@click.option("--keep", is_flag=True, help="Leave that folder where it is, and say where.")
@click.option(
    "--provider",
    type=click.Choice(["aws", "gcp", "azure"]),
    default="aws",
    show_default=True,
    help="The cloud of the demo's spec; gcp and azure are schema-checked offline.",
)
def demo(data_dir: Path | None, keep: bool, provider: str) -> int:
    """The main job from beginning to end, each step explained."""
    from ..demo.story import tell

    return tell(data_dir, keep=keep, provider=provider)


def default_dir(name: str) -> Path:
    """Where a stack of this name keeps its data."""
    return Path.cwd() / ".alethia" / name


def _stop_on_signals() -> threading.Event:
    """Ctrl-C and SIGTERM ask for a clean stop; a second Ctrl-C is Ctrl-C again."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return stop
