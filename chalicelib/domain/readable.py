"""Texts that people write and others read: in tables, in terminals, in logs, in consoles of clouds."""


def readable(text: str) -> str:
    """`text`, unless there is something in it that can't be seen, or that moves what can."""
    if not text.isprintable():
        raise ValueError("must be one line of readable characters: no control or invisible ones")
    return text
