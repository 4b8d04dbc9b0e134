"""A PLAN job, from the click to SUCCESS, against a person who runs terraform by hand.

Both plan the demo's spec (every kind of component) against the same emulated account, in turn. By hand means
``init``, ``plan -out`` and ``show -json`` in a fresh copy of the template, with the same unpacked provider
mirror and the same variables. The job does all that its users get: claim, snapshot check, state lock, plan,
conversion, encryption, upload, report.
"""

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alethia.cli.specs import read_form
from alethia.client import Client
from alethia.demo.clouds import AWS
from alethia.embedded.processes import PROJECT
from alethia.embedded.stack import Stack, running
from alethia.embedded.terraform import find_terraform

from .table import Row

PAIRS = 3
POLL_SECONDS = 0.2
"""Fine enough for the promises; polling faster would compete with terraform for the same two cores."""
LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'


@dataclass(frozen=True)
class Clicked:
    """Seconds since the click, except ``counts``: since terraform's plan ended."""

    first_log: float
    counts: float
    success: float


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="alethia-bench-") as name, running(Path(name) / "stack") as stack:
        client = Client(stack.url, stack.token())
        zone_id = client.zones()["items"][0]["zone_id"]
        linked = client.identities(zone_id)["items"]
        identity = next(one["identity_id"] for one in linked if one["provider"] == "aws")
        spec_id = client.create_spec(zone_id, {**read_form(AWS.spec), "cloud_identity": identity})["spec_id"]
        first = _job(client, spec_id)
        pairs = []
        for number in range(PAIRS):
            by_hand = _by_hand(stack, client, spec_id, Path(name) / f"hand-{number}")
            pairs.append((by_hand, _job(client, spec_id)))
    ratios = [job.success / hand for hand, job in pairs]
    hands = ", ".join(f"{hand:.1f}" for hand, _ in pairs)
    jobs = ", ".join(f"{job.success:.1f}" for _, job in pairs)
    return [
        Row(
            "PLAN job, click to SUCCESS",
            statistics.median(ratios),
            0.9,
            "x",
            f"by hand {hands} s; job {jobs} s (the very first prepares the workspace: {first.success:.1f} s)",
        ),
        Row(
            "Counts in the API after terraform's plan ends",
            statistics.median(job.counts for _, job in pairs),
            1,
            "s",
            f"median of {PAIRS}; largest {max(job.counts for _, job in pairs):.2f} s",
        ),
        Row(
            "Click to the first log line",
            statistics.median(job.first_log for _, job in pairs),
            3,
            "s",
            f"median of {PAIRS}; the very first {first.first_log:.2f} s",
        ),
    ]


def _job(client: Client, spec_id: str) -> Clicked:
    """Plan through the API, watching it as the console does; a plan that awaits review makes room."""
    clicked = time.time()
    job_id = client.plan(spec_id)["plan_job_id"]
    first_log = counts_seen = 0.0
    while True:
        if not first_log:
            first_log = time.time() if client.logs(job_id)["items"] else 0.0
        elif not counts_seen:
            counts_seen = time.time() if client.review(job_id).get("summary") else 0.0
        job = client.job(job_id)
        if job["status"] in ("SUCCESS", "FAILED", "CANCELLED"):
            break
        time.sleep(POLL_SECONDS)
    if job["status"] != "SUCCESS":
        raise SystemExit(f"The PLAN job ended {job['status']}: {job['error']}")
    _until_reviewed(client, job_id)
    counts = counts_seen - _plan_ended(client, job_id)
    return Clicked(first_log - clicked, counts, _unix(job["ended_at"]) - clicked)


def _until_reviewed(client: Client, run_id: str) -> None:
    """A new plan supersedes one that waits, not one that is still being recorded."""
    while client.run(run_id)["status"] == "PLANNING":
        time.sleep(POLL_SECONDS)


def _plan_ended(client: Client, job_id: str) -> float:
    """When terraform said what its plan is, by the runner's clock (the same machine's)."""
    cursor = None
    while True:
        page = client.logs(job_id, after=cursor)
        for chunk in page["items"]:
            if "Plan:" in chunk["text"]:
                return _unix(chunk["at"])
        cursor = page["next_cursor"]
        if not page["items"] or cursor is None:
            raise SystemExit("The log of the PLAN job has no plan in it.")


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def _by_hand(stack: Stack, client: Client, spec_id: str, folder: Path) -> float:
    """Seconds of init + plan + show, in a fresh copy of the template."""
    shutil.copytree(
        PROJECT / "templates" / "aws", folder, ignore=shutil.ignore_patterns(".terraform", "tests")
    )
    (folder / "backend_override.tf").write_text(LOCAL_STATE)
    (folder / "terraform.tfvars.json").write_text(json.dumps(client.preview(spec_id)["tfvars"]))
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TF_CLI_CONFIG_FILE": str(stack.data.root / "terraform.rc"),
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "AWS_ENDPOINT_URL": stack.cloud_url,
        "AWS_ACCESS_KEY_ID": "emulated",
        "AWS_SECRET_ACCESS_KEY": "emulated",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    terraform = str(find_terraform(PROJECT))
    began = time.perf_counter()
    for command in (
        ["init", "-no-color"],
        ["plan", "-no-color", "-out=plan.tfplan"],
        ["show", "-json", "plan.tfplan"],
    ):
        with (folder / f"{command[0]}.out").open("wb") as out:
            subprocess.run([terraform, *command], cwd=folder, env=environ, stdout=out, check=True)
    return time.perf_counter() - began
