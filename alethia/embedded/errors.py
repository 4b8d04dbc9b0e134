"""What keeps a stack from starting, in words for the person who started it."""


class StackError(Exception):
    """The embedded stack can't start or go on; the message says why and what to do."""
