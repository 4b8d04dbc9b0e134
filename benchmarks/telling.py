"""What telling operators costs: a request's log line, a metric, and importing what writes them.

CPU of this process; lines go to a file that nobody reads. The import is measured in fresh processes that have
loaded Chalice and pydantic before, as a function has.
"""

import contextlib
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from chalicelib.adapters.metrics import EmfMetrics
from chalicelib.api.log import logger
from chalicelib.domain.audit import Origin
from chalicelib.services.origin import coming_from
from chalicelib.services.ports.metrics import Metric

from .table import Row

TIMES = 2000
IMPORTS = 5
IMPORT = (
    "import chalice, pydantic, botocore.session, time; began = time.process_time();"
    "from chalicelib.api.log import logger; from chalicelib.adapters.metrics import EmfMetrics; logger();"
    "print(time.process_time() - began)"
)


def measure() -> list[Row]:
    with contextlib.redirect_stdout(io.StringIO()), coming_from(Origin(request_id="r", correlation_id="c")):
        metrics = EmfMetrics("bench")
        said = {"route": "GET /api/specs/{spec_id}", "status": 200, "milliseconds": 1.6, "caller": "user"}
        line = _each(lambda: logger().info("request", **said))
        number = _each(lambda: metrics.count(Metric.JOBS_ENDED, job_type="PLAN", end="success"))
    imports = [float(_fresh()) for _ in range(IMPORTS)]
    return [
        Row("a request's log line", line, 0.5, "ms", f"mean of {TIMES}"),
        Row("one metric", number, 0.5, "ms", f"mean of {TIMES}; a job has about four"),
        Row("cold start: Powertools", statistics.median(imports) * 1000, 80, "ms", f"median of {IMPORTS}"),
    ]


def _each(tell: Callable[[], object]) -> float:
    """Milliseconds of CPU for one."""
    tell()
    began = time.process_time()
    for _ in range(TIMES):
        tell()
    return (time.process_time() - began) * 1000 / TIMES


def _fresh() -> str:
    return subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout
