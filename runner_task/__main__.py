"""``python -m runner_task``: exit code 0 when a report was delivered, else 1.

``--self-test`` instead of a job: 0 when this machine can run one.
"""

import sys

from chalicelib.providers import provider_of

from .errors import BadSettings
from .job import run
from .masking import Masker
from .own_log import OwnLog
from .self_test import self_test
from .settings import read_places, read_settings


def write(line: str) -> None:
    """To the container's output, at once: a container may end without warning."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run the job that the environment names."""
    if arguments == ["--self-test"]:
        return 0 if self_test(read_places(), write) else 1
    if arguments:
        OwnLog(write, Masker()).say("A job is named by the environment; the only argument is --self-test.")
        return 2
    try:
        settings = read_settings()
    except BadSettings as error:
        OwnLog(write, Masker()).say(error.message)
        return 1
    return 0 if run(settings, provider_of, write) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
