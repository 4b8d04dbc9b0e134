"""A worker that claims its job by the real protocol and has little to do; ``ALETHIA_TEST_WORK`` says what.

``done`` reports success at once; ``wait`` waits for SIGTERM, then reports a failure; ``crash`` dies after the
claim; ``never`` dies before it. It writes its process id into its scratch folder, and what it was given into
``$ALETHIA_TEST_SEEN/{job}.json``.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.job import JobError
from chalicelib.domain.messages import ClaimRequest, Outcome, Report
from chalicelib.domain.results import ConnectionResult
from chalicelib.domain.words import CloudProvider
from runner_task.api import Api
from runner_task.settings import read_settings


def main() -> int:
    work = os.environ["ALETHIA_TEST_WORK"]
    seen = Path(os.environ["ALETHIA_TEST_SEEN"])
    first = Path("/proc/self/environ").read_text() if sys.platform == "linux" else ""
    settings = read_settings()
    told = {
        "pid": os.getpid(),
        "arguments": sys.argv,
        "environment": dict(os.environ),
        "started_with": first,
        "cwd": str(Path.cwd()),
    }
    (seen / f"{settings.job_id}.json").write_text(json.dumps(told))
    if work == "never":
        return 3
    api = Api(settings.api_url, settings.job_id, settings.credential, patience=5)
    try:
        request = ClaimRequest(
            attempt=settings.attempt,
            claim_id=settings.claim_id,
            runner_version="stub",
            terraform_versions=[],
        )
        api.use_job_token(api.claim(request, patience=5).job_token)
    except AlethiaError:
        return 1
    if work == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    report = Report(
        attempt=settings.attempt,
        outcome=Outcome.SUCCEEDED,
        result=ConnectionResult(provider=CloudProvider.AWS),
    )
    if work == "wait":
        stopped: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
        (seen / f"{settings.job_id}.waits").touch()
        while not stopped:
            time.sleep(0.02)
        error = JobError(step="test", message="It was told to stop.")
        report = Report(attempt=settings.attempt, outcome=Outcome.FAILED, error=error)
    api.report(report, patience=5)
    return 0


if __name__ == "__main__":
    sys.exit(main())
