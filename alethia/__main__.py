"""``python -m alethia`` is the ``alethia`` command."""

from .cli import main

if __name__ == "__main__":
    main()
