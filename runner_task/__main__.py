"""``python -m runner_task``: exit code 0 when a report was delivered, else 1."""

import sys

from chalicelib.providers import provider_of

from .errors import BadSettings
from .job import run
from .settings import read_settings


def tell(text: str) -> None:
    """To the task's own log."""
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """Run the job that the environment names."""
    try:
        settings = read_settings()
    except BadSettings as error:
        tell(error.message)
        return 1
    return 0 if run(settings, provider_of, tell) else 1


if __name__ == "__main__":
    sys.exit(main())
