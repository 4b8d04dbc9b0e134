"""What a run asks of AWS, counted on the embedded stack: ``python -m benchmarks.run_counts``.

Writes ``run_counts.json``, from which ``scripts/costs.py`` computes what a run costs. It is counted for the
demo's spec: every kind of component, two databases, two caches. An idle minute is counted as well.
"""

import json
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from alethia.cli.specs import read_form
from alethia.client import Client
from alethia.demo.clouds import AWS
from alethia.embedded import control_plane
from alethia.embedded.emulated_aws import clients
from alethia.embedded.provision import state_machine_arn
from alethia.embedded.stack import Stack, running

from .meter import Meter, MeteredAws

FILE = Path(__file__).with_name("run_counts.json")
IDLE_SECONDS = 60
SETTLED = ("AWAITING_REVIEW", "DONE", "FAILED", "CANCELLED")


def main() -> None:
    with (
        patch.object(control_plane, "EmulatedAws", MeteredAws),
        tempfile.TemporaryDirectory(prefix="alethia-bench-") as folder,
        running(Path(folder)) as stack,
    ):
        counted = _count(stack, MeteredAws.meter)
    FILE.write_text(json.dumps(counted, indent=1, sort_keys=True) + "\n")
    print(FILE.read_text())


def _count(stack: Stack, meter: Meter) -> dict[str, Any]:
    client = Client(stack.url, stack.token())
    zone_id = client.zones()["items"][0]["zone_id"]
    linked = client.identities(zone_id)["items"]
    identity = next(one["identity_id"] for one in linked if one["provider"] == "aws")
    time.sleep(20)  # what a start does is over
    meter.counts.clear()
    time.sleep(IDLE_SECONDS)
    idle = Counter(meter.counts)
    spec_id = client.create_spec(zone_id, {**read_form(AWS.spec), "cloud_identity": identity})["spec_id"]
    meter.counts.clear()
    log = stack.data.logs / "api.log"
    before = log.stat().st_size
    began = time.monotonic()
    run = _settled(client, client.plan(spec_id)["run_id"])
    client.approve(run["run_id"], plan_digest=run["plan_digest"])
    done = _settled(client, run["run_id"], passing="AWAITING_REVIEW")
    seconds = time.monotonic() - began
    assert done["status"] == "DONE", done
    requests = sum('"request"' in line for line in log.read_text()[before:].splitlines())
    history = _history(stack, run["run_id"])
    jobs = [client.job(done[name]) for name in ("plan_job_id", "apply_job_id")]
    passes = seconds / control_plane.RECONCILE_SECONDS
    reconciling = {
        name: count / (IDLE_SECONDS / control_plane.RECONCILE_SECONDS) for name, count in idle.items()
    }
    client.destroy(spec_id, project_name=client.spec(spec_id)["project_name"])
    return {
        "counted_on": datetime.now(UTC).date().isoformat(),
        "one reconciler pass": {name: round(count, 2) for name, count in reconciling.items()},
        "one run": {
            "api requests": requests,
            "state transitions": sum(kind.endswith("StateEntered") for kind in history),
            "function calls": sum(kind == "TaskStateEntered" for kind in history) + requests,
            "runner seconds": round(sum(map(_seconds, jobs))),
            **{
                name: max(0, round(count - passes * reconciling.get(name, 0)))
                for name, count in meter.counts.items()
            },
        },
    }


def _history(stack: Stack, run_id: str) -> list[str]:
    """Kinds of the events of the run's execution."""
    states = clients(stack.control_plane.aws_endpoint)("stepfunctions")
    arn = f"{state_machine_arn('plan_review_apply').replace(':stateMachine:', ':execution:')}:{run_id}-1"
    pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event["type"] for page in pages for event in page["events"]]


def _settled(client: Client, run_id: str, passing: str = "") -> dict[str, Any]:
    while True:
        run: dict[str, Any] = client.run(run_id)
        if run["status"] in SETTLED and run["status"] != passing:
            return run
        time.sleep(15)  # nobody watches: watching makes runners report each second


def _seconds(job: dict[str, Any]) -> float:
    began, ended = (datetime.fromisoformat(job[name]) for name in ("claimed_at", "ended_at"))
    return (ended - began).total_seconds()


if __name__ == "__main__":
    main()
