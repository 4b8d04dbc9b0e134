"""Run every test: ``python scripts/all_tests.py [pytest arguments]`` (``make test``). Standard library only.

The end-to-end tests mostly wait: for leases, for processes, for clouds. The others run beside them and use
that time. (At a lower priority, the servers that some of them start were not up in time.) What they say is
shown when the end-to-end tests are over, so that neither breaks into the other's lines.
"""

import subprocess
import sys
import tempfile

PYTEST = (sys.executable, "-m", "pytest", "-q")
END_TO_END = (*PYTEST, "-m", "e2e", "-n", "3", "--dist", "loadfile", "tests/e2e")
OTHERS = (*PYTEST, "-m", "not e2e", "-n", "2")


def main(arguments: list[str]) -> int:
    """Run both; the worse of their exit codes."""
    with tempfile.TemporaryFile("w+") as said:
        others = subprocess.Popen([*OTHERS, *arguments], stdout=said, stderr=subprocess.STDOUT)
        try:
            end_to_end = subprocess.call([*END_TO_END, *arguments])
            print("\nThe other tests, beside them:", flush=True)
            worst = max(end_to_end, others.wait())
        except KeyboardInterrupt:  # pytest was interrupted too, and stops what it started
            others.wait()
            worst = 130
        said.seek(0)
        sys.stdout.write(said.read())
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
