"""The main job from beginning to end, told to somebody who sees it for the first time."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from runner_task.held_folders import held_folder

from ..cli import output
from ..cli.specs import facts as show_facts
from ..cli.specs import read_form
from ..cli.watch import ENDED, STOPS, Tally, log_chunks, print_chunk, show_end
from ..client import Client
from ..embedded.errors import StackError
from ..embedded.stack import CLOUD_ACCOUNT, Stack, running
from ..transport import ApiError, Refused
from .clouds import CLOUDS, DemoCloud
from .narrator import Narrator

POLL_SECONDS = 0.5
SHOWN_OF_A_PLAN = 5
"""Planned resources whose line of the log is shown."""
QUIET_SECONDS = 10
"""Between two lines of progress where no bar can be drawn."""


class Unexpected(Exception):
    """Something did not go as the story goes."""


def tell(data_dir: Path | None, *, keep: bool, provider: str = "aws") -> int:
    """Tell it, in one of the clouds; the exit code."""
    narrator = Narrator()
    began = time.monotonic()
    try:
        with _folder(data_dir, keep=keep) as folder:
            _story(folder, narrator, CLOUDS[provider])
    except (StackError, ApiError, Unexpected) as error:
        output.errors.print(Text(f"The demo stopped: {error}", style="red"))
        for problem in getattr(error, "problems", []):
            output.errors.print(Text(f"  {problem['field']}: {problem['message']}", style="red"))
        return 1
    narrator.end(time.monotonic() - began)
    return 0


def _story(folder: Path, narrator: Narrator, cloud: DemoCloud) -> None:
    narrator.step(
        "Alethia starts on this machine",
        f"An emulated AWS runs the control plane (tables, workflow, store). {cloud.customers} "
        "Everything listens on 127.0.0.1 only.",
    )
    with running(folder) as stack:
        narrator.say(f"The API answers at {stack.url}.")
        client = Client(stack.url, stack.token())
        spec_id = _create(client, narrator, cloud)
        run = _plan(client, spec_id, narrator)
        _review(client, run, narrator, cloud)
        _apply(client, spec_id, run, narrator, cloud)
        _plan_again(client, spec_id, narrator)
        _stale(client, spec_id, narrator)
        _destroy(client, spec_id, narrator)
        if not cloud.offline:
            _empty(stack, narrator)
        narrator.step("Alethia stops", "Every process that it started ends with it.")


def _create(client: Client, narrator: Narrator, cloud: DemoCloud) -> str:
    narrator.step(
        "A spec is filled in",
        f"A form says what the environment should be: {cloud.spec.name} has every kind of component, two "
        "databases and two caches. What it leaves out gets the defaults of its stage.",
    )
    zone_id = client.zones()["items"][0]["zone_id"]
    linked = client.identities(zone_id)["items"]
    identity = next(one for one in linked if one["provider"] == cloud.provider)
    spec = client.create_spec(zone_id, {**read_form(cloud.spec), "cloud_identity": identity["identity_id"]})
    output.table(
        ("Kind", "Names"),
        ((kind, ", ".join(names)) for kind, names in _by_kind(spec["components"]).items()),
    )
    narrator.say(
        f"It will go to {cloud.account} {identity['account_id']}, which is linked without a key: "
        f"{cloud.linked}. It is only a DRAFT: nothing exists yet."
    )
    return str(spec["spec_id"])


def _plan(client: Client, spec_id: str, narrator: Narrator) -> dict[str, Any]:
    narrator.step(
        "The spec is planned",
        "The spec is frozen into a snapshot. A runner, one process for one job, claims the job, checks the "
        "snapshot's hash, writes terraform's variables and runs a real `terraform plan`. It changes nothing.",
    )
    run = client.plan(spec_id)
    job = _watch_log(client, run["plan_job_id"])
    narrator.took(job)
    return _settled(client, run["run_id"], "AWAITING_REVIEW")


def _review(client: Client, run: dict[str, Any], narrator: Narrator, cloud: DemoCloud) -> None:
    narrator.step(
        "A person reviews the plan",
        "The workflow waits now, and costs nothing while it does. This is what the reviewer sees first; "
        "`alethia review` shows every resource with each attribute.",
    )
    review = client.review(run["plan_job_id"])
    output.plan_summary(review["summary"], review.get("cost"))
    output.plan_warnings(review["warnings"])
    resources = list(client.review_resources(run["plan_job_id"]))
    narrator.say(f"The first of {len(resources)} resources:")
    output.resource_changes(resources[:3], attributes=False)
    some = next((one for one in resources if one["resource_type"] == cloud.shown), resources[0])
    output.resource_changes([{**some, "attributes": some["attributes"][:8]}], attributes=True)


def _apply(client: Client, spec_id: str, run: dict[str, Any], narrator: Narrator, cloud: DemoCloud) -> None:
    narrator.step(
        "The plan is approved, and exactly that is applied",
        f"The approval names the plan's digest ({run['plan_digest'][:12]}…). A fresh runner fetches the "
        "sealed plan, compares every digest (configuration, plan file, template, provider lock, terraform, "
        "state) and only then applies the file. The state is encrypted before it leaves the runner.",
    )
    approved = client.approve(run["run_id"], plan_digest=run["plan_digest"])
    total = sum(client.review(run["plan_job_id"])["summary"]["counts"].values())
    job = _watch_progress(client, approved["apply_job_id"], "applying", total=total)
    narrator.took(job)
    _settled(client, run["run_id"], "DONE")
    narrator.say("What exists now. terraform reported the endpoints, and each component keeps its own:")
    if cloud.offline:
        narrator.say("(Here they are made up by the stand-ins, and so is what they lead to.)")
    output.table(
        ("Kind", "Name", "Status", "Where"),
        (
            (one["kind"], one["name"], output.status(one["status"]), _where(one.get("facts") or {}))
            for one in client.spec(spec_id)["components"]
        ),
    )


def _plan_again(client: Client, spec_id: str, narrator: Narrator) -> None:
    narrator.step(
        "It is planned again",
        "Nothing was edited, so a second plan must find nothing to do; then the run simply ends.",
    )
    run = client.plan(spec_id)
    narrator.took(_watch_log(client, run["plan_job_id"], quiet=True))
    output.plan_summary(client.review(run["plan_job_id"])["summary"], None)
    changes = [one for one in client.review_resources(run["plan_job_id"]) if one["action"] != "no-op"]
    output.resource_changes(changes, attributes=True)
    done = _settled(client, run["run_id"], "DONE")
    narrator.say(f"{done['reason']} Nobody needs to review it.")


def _stale(client: Client, spec_id: str, narrator: Narrator) -> None:
    narrator.step(
        "A plan goes stale",
        "Somebody edits the spec (the reports database may grow larger) and plans it. While the plan waits, "
        "somebody else edits the spec again. Approving the waiting plan is refused: it is not what the spec "
        "says now.",
    )
    _set_capacity(client, spec_id, 4)
    run = client.plan(spec_id)
    _watch_log(client, run["plan_job_id"], quiet=True)
    waiting = _settled(client, run["run_id"], "AWAITING_REVIEW")
    _set_capacity(client, spec_id, 8)
    try:
        client.approve(waiting["run_id"], plan_digest=waiting["plan_digest"])
    except Refused as refusal:
        narrator.quote(str(refusal))
        narrator.say("Changed since: " + ", ".join(map(str, refusal.details.get("changed", []))))
    else:
        raise Unexpected("A stale plan was approved.")
    narrator.say("So it is planned once more. The newer plan takes the older one's place:")
    run = client.plan(spec_id)
    narrator.took(_watch_log(client, run["plan_job_id"], quiet=True))
    run = _settled(client, run["run_id"], "AWAITING_REVIEW")
    output.plan_summary(client.review(run["plan_job_id"])["summary"], None)
    changes = [one for one in client.review_resources(run["plan_job_id"]) if one["action"] != "no-op"]
    output.resource_changes(changes, attributes=True)
    client.reject(run["run_id"], plan_digest=run["plan_digest"], comment="Only a demonstration.")
    narrator.say("This one is rejected; the environment stays as it is.")


def _destroy(client: Client, spec_id: str, narrator: Narrator) -> None:
    narrator.step(
        "Everything is destroyed",
        "Destroying has no review, so the project's name must be typed. State versions stay: a new plan can "
        "bring the environment back.",
    )
    spec = client.spec(spec_id)
    run = client.destroy(spec_id, project_name=spec["project_name"])
    job = _watch_progress(client, run["apply_job_id"], "destroying")
    narrator.took(job)
    _settled(client, run["run_id"], "DONE")
    narrator.say(f"The spec is {client.spec(spec_id)['status']}.")


def _empty(stack: Stack, narrator: Narrator) -> None:
    narrator.step("The account is looked at from outside", f"What is left in account {CLOUD_ACCOUNT}?")
    left = stack.inventory()
    if left:
        output.table(("Left behind", "Names"), ((kind, ", ".join(names)) for kind, names in left.items()))
        raise Unexpected("The destroyed environment left something behind.")
    narrator.say("Nothing: the account is empty.")


def _set_capacity(client: Client, spec_id: str, capacity: float) -> None:
    spec = client.spec(spec_id)
    form = spec["form"]
    form["databases"] = [
        {**one, **_sized(one, capacity)} if one["name"] == "reports" else one for one in form["databases"]
    ]
    client.edit_spec(spec_id, form, current_rev=spec["current_rev"])


def _sized(database: dict[str, Any], capacity: float) -> dict[str, float]:
    """A larger database: where there is one size, both ends of the range move."""
    one_size = database["min_capacity"] == database["max_capacity"]
    return {"max_capacity": capacity, **({"min_capacity": capacity} if one_size else {})}


def _by_kind(components: list[dict[str, Any]]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for one in components:
        kinds.setdefault(one["kind"], []).append(one["name"])
    return kinds


def _where(facts: dict[str, Any]) -> str:
    """Where a component can be reached, or what it is called."""
    reached = {
        name: value for name, value in facts.items() if "endpoint" in name or name in ("url", "domain_name")
    }
    return show_facts(reached or {name: value for name, value in facts.items() if name in ("arn", "zone_id")})


def _watch_log(client: Client, job_id: str, *, quiet: bool = False) -> dict[str, Any]:
    """Wait for a job, showing its log without the long list of resources; one that fails ends the story."""
    planned = 0
    cursor: str | None = None
    while True:
        job: dict[str, Any] = client.job(job_id)
        for chunk, seen in log_chunks(client, job_id, cursor):
            cursor = seen
            lines = []
            for line in str(chunk["text"]).splitlines():
                planned += ": Plan to " in line
                if planned <= SHOWN_OF_A_PLAN or ": Plan to " not in line:
                    lines.append(line)
                elif planned == SHOWN_OF_A_PLAN + 1:
                    lines.append("… and so on, for every resource …")
            if lines and not quiet:
                print_chunk({**chunk, "text": "\n".join(lines)})
        if job["status"] in ENDED:
            return _succeeded(job)
        time.sleep(POLL_SECONDS)


def _watch_progress(client: Client, job_id: str, what: str, *, total: int = 0) -> dict[str, Any]:
    """Wait for an apply or destroy, showing how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    told = time.monotonic()
    tally = Tally(client, job_id)
    with Progress(*columns, TextColumn("{task.fields[now]}"), console=output.console) as bar:
        task = bar.add_task(what, total=None, now="", visible=output.console.is_terminal)
        while True:
            job: dict[str, Any] = client.job(job_id)
            tally.read()
            bar.update(task, total=total or tally.planned or None, completed=tally.done, now=tally.now[:60])
            if job["status"] in ENDED:
                return _succeeded(job)
            if not output.console.is_terminal and time.monotonic() - told > QUIET_SECONDS:
                told = time.monotonic()
                output.console.print(
                    f"  {what}: {tally.done} of {total or tally.planned or '?'}  {tally.now}"
                )
            time.sleep(POLL_SECONDS)


def _succeeded(job: dict[str, Any]) -> dict[str, Any]:
    if job["status"] != "SUCCESS":
        show_end(job)
        raise Unexpected(f"{job['job_type']} {job['job_id']} ended {job['status']}.")
    return job


def _settled(client: Client, run_id: str, wanted: str) -> dict[str, Any]:
    """The run, once it came to its next stop, which must be `wanted`."""
    while True:
        run: dict[str, Any] = client.run(run_id)
        if run["status"] in STOPS:
            break
        time.sleep(POLL_SECONDS)
    if run["status"] != wanted:
        raise Unexpected(f"Run {run_id} is {run['status']}, not {wanted}: {run.get('reason')}")
    return run


@contextmanager
def _folder(named: Path | None, *, keep: bool) -> Iterator[Path]:
    """The stack's directory: a temporary one unless the person named or keeps it."""
    if named is not None:
        yield named
        return
    parent = Path.cwd() / ".alethia"
    parent.mkdir(exist_ok=True)
    if keep:
        kept = Path(tempfile.mkdtemp(prefix="demo-", dir=parent))
        output.console.print(f"The data stay in {kept}.")
        yield kept
        return
    with held_folder("demo-running-", parent) as made:
        yield made
