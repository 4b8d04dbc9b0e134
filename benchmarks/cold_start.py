"""What a Lambda function loads before it serves its first event: bytes of its zip, and CPU to import.

The zips are those that are deployed. Each is unpacked into an otherwise empty path (compiled libraries are
this machine's), and a fresh interpreter imports the app and makes the services of one function. CPU is the
process's, less that of an interpreter that imports nothing: median of several.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from cdk.main import KEPT, LOCK, PROJECT
from cdk.packaging import package
from cdk.vendoring import vendored
from tests.infrastructure.unpacked import Unpacked

from .table import Row

STARTS = 9
FUNCTIONS = {
    "Finalize": ("finalize", 7, 600),
    "APIHandler": ("jobs runs specs states runner_protocol job_tokens", 11, 1100),
}
"""Function → what it makes of its container, megabytes and milliseconds at most."""

PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import app
from chalicelib.bootstrap import container
for service in sys.argv[2:]:
    getattr(container(), service)
"""


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="alethia-bench-") as folder:
        packaged = package(PROJECT, Path(folder, "build"), vendored(LOCK, KEPT))
        unpacked = Unpacked(Path(folder, "unpacked"), PROJECT)
        idle = cpu_ms("pass")
        rows = []
        for name, (services, megabytes, milliseconds) in FUNCTIONS.items():
            code = packaged.functions[name].code
            spent = cpu_ms(PROGRAM, str(unpacked.folder_of(code)), *services.split()) - idle
            rows += [
                Row(f"Zip of {name}", code.path.stat().st_size / 1e6, megabytes, "MB", "deflated, with .pyc"),
                Row(f"Cold import of {name}", spent, milliseconds, "ms CPU", f"median of {STARTS}"),
            ]
    return rows


def cpu_ms(program: str, *arguments: str) -> float:
    """CPU milliseconds of an interpreter that runs `program`: the median of :data:`STARTS`."""
    spent = []
    for _ in range(STARTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", program, *arguments],
            env={**os.environ, "ALETHIA_OIDC_ISSUER": "https://sign-in.example.com"},
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(spent) * 1000
