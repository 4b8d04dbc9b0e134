"""BOOTSTRAP: the workspace of a spec, proved bit by bit before anybody waits for a plan.

Each step goes the way that later jobs go: through the same store, the same lock, the same template. Nothing
is made in the cloud, and the state keeps its version.
"""

import json
import secrets
import uuid
from typing import Any

from chalicelib.domain.errors import AlethiaError
from chalicelib.domain.git import repositories_of
from chalicelib.domain.job import Diagnostic
from chalicelib.domain.messages import GitAccess, GitTokenRequest, ObjectPurpose
from chalicelib.domain.results import BootstrapResult, RepositoryAccess
from chalicelib.domain.state import LockInfo
from chalicelib.domain.words import Stream

from ..context import JobContext
from ..errors import ApiRefused, StepFailed
from ..journal import now
from ..loopback import who_holds_it
from .running import new_reader

LOCKED = 423
REFUSALS = (403, 404, 409)
"""How the control plane says that a repository can't be read."""


def store(job: JobContext) -> None:
    """Seal an object, store it, read it back and open it."""
    clear = secrets.token_bytes(64)
    stored = job.vault.put(ObjectPurpose.CHECK, clear)
    if job.vault.get(stored) != clear:
        raise StepFailed("The store gave back another object than the one that was put there.")
    job.say("Store: an object was sealed, stored, read back and opened.")


def lock(job: JobContext) -> None:
    """Take the state's lock, read the state under it, and give the lock back.

    Raises
    ------
    StepFailed
        Somebody else holds the lock; names them.
    """
    info = LockInfo(id=str(uuid.uuid4()), operation="bootstrap", who="alethia runner", created=now())
    try:
        job.session.lock(info)
    except ApiRefused as refusal:
        if refusal.status == LOCKED:
            sentence = f"{who_holds_it(refusal.details)} Bootstrap again when that job has ended."
            raise StepFailed(sentence) from None
        raise
    try:
        found = job.session.read()
    finally:
        job.session.unlock(info.id)
    head = job.session.committed
    serial = head.serial if head is not None and found is not None else None
    job.state_serial = serial
    what = "there is no state yet" if serial is None else f"its serial is {serial}"
    job.say(f"State {job.assignment.state_name}: locked and unlocked; {what}.")


def validate(job: JobContext) -> None:
    """``terraform validate``: template, modules and providers fit each other."""

    def on_stderr(line: str) -> None:
        job.journal.log(job.link.phase, Stream.STDERR, line)

    job.say("$ terraform validate -json")
    code, printed = job.running.capture(["validate", "-json"], on_stderr=on_stderr)
    job.stop.check()
    try:
        document: dict[str, Any] = json.loads(printed)
    except ValueError:
        raise StepFailed(
            f"terraform validate failed with exit code {code}; its log has the reason."
        ) from None
    reader = new_reader(job)
    for record in document.get("diagnostics") or []:
        reader.diagnostic(record)
    if code != 0 or not document.get("valid"):
        raise _invalid(reader.errors, code)
    job.say("The template is valid.")


def repositories(job: JobContext) -> None:
    """Each repository of the spec can be read, by anybody or with a token; then the result is complete.

    Raises
    ------
    StepFailed
        One can't be read; names it.
    """
    snapshot = job.assignment.snapshot
    assert snapshot is not None
    readable = [_access(job, repository) for repository in sorted(repositories_of(snapshot))]
    version = job.ready.config.terraform_version
    template = job.settings.templates_dir / job.ready.provider.template
    job.result = BootstrapResult(
        state_name=job.assignment.state_name or "",
        state_serial=job.state_serial,
        store_verified=True,
        lock_verified=True,
        template_digest=job.template_digest,
        template_valid=True,
        terraform_version=version,
        provider_cache_warm=job.workspaces.are_ready(template, version),
        repositories=readable,
    )
    job.say("The workspace is ready.")


def _access(job: JobContext, repository: str) -> RepositoryAccess:
    request = GitTokenRequest(attempt=job.assignment.attempt, repository=repository)
    try:
        answer = job.api.git_token(request)
    except ApiRefused as refusal:
        if refusal.status not in REFUSALS:
            raise
        named = repository in refusal.message
        sentence = refusal.message if named else f"{repository} can't be read: {refusal.message}"
        raise StepFailed(sentence) from None
    except AlethiaError as error:
        raise StepFailed(f"{repository} could not be asked for: {error.message}") from None
    job.masker.add(answer.token)
    if answer.access is GitAccess.PUBLIC:
        job.say(f"Repository {repository}: public, no token needed.")
        return RepositoryAccess(repository=repository, access="public")
    job.say(f"Repository {repository}: readable with the zone's token.")
    return RepositoryAccess(repository=repository, access="token")


def _invalid(errors: list[Diagnostic], code: int) -> StepFailed:
    first = errors[0].summary if errors else f"exit code {code}"
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return StepFailed(f"The template is not valid: {first}{more}", diagnostics=errors)
