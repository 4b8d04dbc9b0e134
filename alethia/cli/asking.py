"""Asking for what nobody should see on the screen, and no list of processes should show."""

import sys

import click


def ask_hidden(what: str, *, may_be_empty: bool = False) -> str:
    """A secret: typed without being shown or, where nobody sits at a terminal, the next line of the input."""
    if sys.stdin.isatty():
        default = "" if may_be_empty else None
        return str(click.prompt(what, hide_input=True, default=default, show_default=False))
    found = sys.stdin.readline().strip()
    if not found and not may_be_empty:
        raise click.UsageError(f"{what}: it is read from standard input, where there is nothing.")
    return found
