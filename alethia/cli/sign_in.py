"""Signing in: with a token from anywhere, or as anybody at all on an embedded stack of this machine."""

from pathlib import Path

import click

from ..client import Client
from . import output
from .asking import ask_hidden
from .config import Config, read_config, write_config
from .main import Session, cli, pass_session

as_option = click.option(
    "--as", "user", metavar="NAME", help="Embedded stack only: a token for this person, whoever it is."
)
stack_option = click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --as: the stack's directory; else that of the last `alethia up`.",
)


@cli.command()
@click.argument("url", required=False)
@click.option("--token", help="Asked for when left out.")
@as_option
@stack_option
@pass_session
def login(
    session: Session, url: str | None, token: str | None, user: str | None, data_dir: Path | None
) -> None:
    """Remember an address and a sign-in token, after trying them."""
    stack = None
    if user is not None:
        if url or token:
            raise click.UsageError("--as signs in to the embedded stack; it takes no URL and no token.")
        stack = stack_folder(data_dir)
        url, token = token_of(stack, user)
    elif url is None:
        raise click.UsageError("Name the address: `alethia login URL`, or sign in with --as NAME.")
    if token is None:
        token = ask_hidden("Sign-in token")
    assert url is not None
    assert token is not None
    me = Client(url, token).me()
    path = write_config(Config(url=url.rstrip("/"), token=token, stack=str(stack) if stack else None))
    session.show(me, lambda it: output.console.print(f"Signed in to {url} as {it['user']}. Kept in {path}."))


@cli.command()
@as_option
@stack_option
@pass_session
def token(session: Session, user: str | None, data_dir: Path | None) -> None:
    """Print the sign-in token in use, for a script or the console."""
    if user is not None:
        print(token_of(stack_folder(data_dir), user)[1])
        return
    session.client.me()
    print(session.token or session.config.token)


def stack_folder(named: Path | None) -> Path:
    """The embedded stack that is meant: the named one, the last that came up, or the one in this folder."""
    from .stack import default_dir

    remembered = read_config().stack
    return named or (Path(remembered) if remembered else default_dir("default"))


def token_of(folder: Path, user: str) -> tuple[str, str]:
    """Address of the stack in `folder`, and a token of its issuer for `user`.

    Whoever can read the directory can sign in as anybody: it is private to the person who started the stack.
    """
    from ..embedded.data_dir import DataDir
    from ..embedded.issuer import KEY_FILE, Issuer
    from ..embedded.server import ISSUER_PATH

    url = DataDir(folder).remembered().get("url")
    if not url or not (folder / KEY_FILE).is_file():
        raise click.ClickException(
            f"There is no embedded stack in {folder}. Start one with `alethia up`, or name its --data-dir."
        )
    return str(url), Issuer.open(folder, str(url) + ISSUER_PATH).sign_in(user)
