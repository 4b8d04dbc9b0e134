"""``python -m runner_task``: exit code 0 when a report was delivered, else 1."""

import sys

from chalicelib.providers import provider_of

from .errors import BadSettings
from .job import run
from .masking import Masker
from .own_log import OwnLog
from .settings import read_settings


def write(line: str) -> None:
    """To the container's output, at once: a container may end without warning."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the job that the environment names."""
    try:
        settings = read_settings()
    except BadSettings as error:
        OwnLog(write, Masker()).say(error.message)
        return 1
    return 0 if run(settings, provider_of, write) else 1


if __name__ == "__main__":
    sys.exit(main())
