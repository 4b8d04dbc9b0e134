"""One job from claim to report. Every failure on the way becomes one plain sentence with the step's name."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib.domain.errors import AlethiaError, StalePlan
from chalicelib.domain.ids import attempt_id
from chalicelib.domain.job import JobError
from chalicelib.domain.messages import Assignment, ClaimRequest, ObjectPurpose, Outcome, Report
from chalicelib.domain.plan import StoredObject
from chalicelib.domain.words import Phase

from .api import Api
from .context import JobContext, ProviderOf
from .errors import ApiRefused, StepFailed, Stopped, Unreachable
from .held_folders import held_folder
from .installations import terraform_versions
from .journal import Journal
from .link import Link
from .loopback import Loopback
from .masking import Masker
from .own_log import OwnLog, Write
from .settings import RUNNER_VERSION, Settings
from .state_session import StateSession
from .steps import COLLECT, STEPS, Step
from .stop import Reason, Stop
from .vault import Vault
from .workspaces import Workspaces

LONGEST_TEMP = 107 - len("/plugin0123456789012")
"""Bytes: a unix socket's path has at most 107, and go-plugin appends its own name."""

SHORT_TEMP = "alethia-run-"
"""How a runner's folder is called that is in the machine's temporary one."""


def run(settings: Settings, provider_of: ProviderOf, write: Write) -> bool:
    """Run the one job that the settings name. Returns whether its report was delivered.

    `write` takes the lines of the runner's own log.
    """
    masker = Masker()
    masker.add(settings.credential)
    log = OwnLog(write, masker, job_id=settings.job_id, attempt=settings.attempt)
    stop = Stop(settings.patience.interrupt)
    _end_on_sigterm(stop)
    with _scratch(settings) as folder, _short_folder(folder / "tmp") as temp:
        api = Api(settings.api_url, settings.job_id, settings.credential, patience=settings.patience.request)
        try:
            versions = terraform_versions(
                settings.terraform, settings.cache_dir, settings.inherited.get("PATH", os.defpath)
            )
            assignment = _claim(api, settings, list(versions))
        except AlethiaError as error:
            log.say(f"The job could not be claimed: {error.message}")
            return False
        masker.add(assignment.job_token)
        log.belongs_to(correlation_id=assignment.correlation_id, job_type=assignment.job_type)
        log.say("Claimed.")
        api.use_job_token(assignment.job_token)
        journal = Journal(masker, folder / "job.log")
        link = Link(api, journal, stop, masker, assignment)
        vault = Vault(
            api,
            settings.attempt,
            patience=settings.patience.request,
            missing_patience=settings.patience.missing,
        )
        session = StateSession(api, vault, settings.attempt, commit_patience=settings.patience.commit)
        with Loopback(session, lambda text: None) as loopback:
            masker.add(loopback.password, loopback.credentials_token)
            job = JobContext(
                settings=settings,
                assignment=assignment,
                provider_of=provider_of,
                versions=versions,
                folder=folder,
                temp=temp,
                masker=masker,
                api=api,
                journal=journal,
                link=link,
                vault=vault,
                session=session,
                loopback=loopback,
                stop=stop,
                log=log,
                workspaces=Workspaces(settings.cache_dir),
            )
            loopback.on_problem = job.say
            stop.on_ask = lambda reason: job.say(str(reason))
            link.open()
            outcome, problem = _work(job)
            report = _finish(job, outcome, problem)
            if stop.reason is Reason.TERMINATED and not report.terraform_started:
                # No report: the container's end tells the control plane, and a fresh runner may take the job.
                log.say("Stopped from outside before anything could change.")
                return False
            return _deliver(api, report, job)


def _claim(api: Api, settings: Settings, versions: list[str]) -> Assignment:
    request = ClaimRequest(
        attempt=settings.attempt,
        claim_id=settings.claim_id,
        runner_version=RUNNER_VERSION,
        terraform_versions=versions,
    )
    return api.claim(request, patience=settings.patience.claim)


def _work(job: JobContext) -> tuple[Outcome, JobError | None]:
    """Walk the steps of the job's type; then collect, whatever happened."""
    kind = job.assignment.job_type
    job.say(f"{kind} job {job.assignment.job_id}, attempt {job.assignment.attempt}.")
    error: JobError | None = None
    for step in STEPS.get(kind, ()):
        error = _one(job, step)
        if error is not None:
            break
    if job.terraform is not None:
        error = _one(job, COLLECT, even_when_stopped=True) or error
    if error is None:
        return Outcome.SUCCEEDED, None
    cancelled = job.stop.reason is Reason.CANCELLED and error.step != "state"
    return (Outcome.CANCELLED if cancelled else Outcome.FAILED), error


def _one(job: JobContext, step: Step, *, even_when_stopped: bool = False) -> JobError | None:
    """One step; its failure as a :class:`JobError`, already in the log."""
    began = time.monotonic()
    error = _try(job, step, even_when_stopped=even_when_stopped)
    outcome = f"failed at {error.step}" if error else "done"
    job.log.say(f"Step {step.name} {outcome}.", seconds=round(time.monotonic() - began, 3))
    return error


def _try(job: JobContext, step: Step, *, even_when_stopped: bool) -> JobError | None:
    job.enter(step.phase)
    try:
        if not even_when_stopped:
            job.stop.check()
        step.run(job)
        return None
    except StepFailed as failure:
        error = JobError(
            step=failure.step or step.name, message=failure.message, diagnostics=failure.diagnostics
        )
    except (Stopped, StalePlan, ApiRefused, Unreachable) as failure:
        error = JobError(step=step.name, message=failure.message)
    except AlethiaError as failure:
        error = JobError(step=step.name, message=failure.message)
    except Exception as failure:
        error = JobError(
            step=step.name, message=f"The runner met an unexpected {type(failure).__name__} in this step."
        )
    error = error.model_copy(update={"message": job.masker.mask(error.message)})
    job.say(f"Step {error.step} failed: {error.message}")
    return error


def _finish(job: JobContext, outcome: Outcome, error: JobError | None) -> Report:
    """Archive the log, send what is left of it, and put the facts together."""
    job.enter(Phase.COLLECT)
    job.say(f"The job {outcome}.")
    patience = job.settings.patience.last_words if job.stop.reason else job.settings.patience.request
    log = _archive(job, patience)
    job.link.close(patience=patience)
    return Report(
        attempt=job.assignment.attempt,
        outcome=outcome,
        error=error,
        terraform_started=job.link.terraform_started,
        plan=job.plan if outcome is Outcome.SUCCEEDED else None,
        outputs=job.outputs,
        progress=job.progress,
        result=job.result,
        log=log,
    )


def _archive(job: JobContext, patience: float) -> StoredObject | None:
    try:
        return job.vault.put(ObjectPurpose.LOG, job.journal.close_archive(), patience=patience)
    except (AlethiaError, OSError) as error:
        said = error.message if isinstance(error, AlethiaError) else type(error).__name__
        job.say(f"The whole log could not be archived: {said}")
        return None


def _deliver(api: Api, report: Report, job: JobContext) -> bool:
    """Send the report until it is taken, or the lease is long gone."""
    patience = max(0.0, job.link.seconds_left) + job.settings.patience.after_lease
    try:
        answer = api.report(report, patience=patience)
    except AlethiaError as error:
        job.log.say(f"The report could not be delivered: {error.message}")
        return False
    job.log.say(
        f"Job {report.outcome}." if answer.accepted else "The report came late; it is kept beside the job."
    )
    return True


@contextmanager
def _scratch(settings: Settings) -> Iterator[Path]:
    """This job's directory, for this user only; gone afterwards."""
    folder = settings.work_dir / attempt_id(settings.job_id, settings.attempt)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _short_folder(wanted: Path) -> Iterator[Path]:
    """`wanted`, or a folder with a shorter name where terraform's plugins could not bind a socket in it."""
    if len(os.fsencode(wanted)) <= LONGEST_TEMP:
        wanted.mkdir(mode=0o700)
        yield wanted
    else:
        with held_folder(SHORT_TEMP) as short:
            yield short


def _end_on_sigterm(stop: Stop) -> None:
    """SIGTERM asks for a stop from a thread of its own: a handler may interrupt the holder of a lock."""
    if threading.current_thread() is not threading.main_thread():
        return

    def handle(*_: object) -> None:
        threading.Thread(target=stop.ask, args=[Reason.TERMINATED], daemon=True).start()

    signal.signal(signal.SIGTERM, handle)
