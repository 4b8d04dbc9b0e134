"""Objects of the store, for runners: a key to seal with, a place to put, leave to read and open."""

from ..bootstrap import container
from ..domain.messages import (
    DataKey,
    DataKeyRequest,
    Download,
    DownloadRequest,
    OpenKeyRequest,
    Upload,
    UploadRequest,
)
from ..services.attempts import AttemptCaller
from .callers import JobCaller
from .routing import Routes

routes = Routes("objects")


@routes.post("/api/jobs/{job_id}/data-keys", errors=(409,))
def make_data_key(caller: JobCaller, job_id: str, body: DataKeyRequest) -> DataKey:
    """Get a fresh data key for one object, and the object's name."""
    return container().objects.data_key(attempt_of(caller, job_id, body.attempt), body.purpose, body.sequence)


@routes.post("/api/jobs/{job_id}/data-keys/open")
def open_data_key(caller: JobCaller, job_id: str, body: OpenKeyRequest) -> DataKey:
    """Unwrap the key in the head of an object that this job may read."""
    return container().objects.open_key(
        attempt_of(caller, job_id, body.attempt), body.context, body.wrapped_key
    )


@routes.post("/api/jobs/{job_id}/uploads", errors=(409,))
def start_upload(caller: JobCaller, job_id: str, body: UploadRequest) -> Upload:
    """Get an address to put one sealed object to."""
    return container().objects.upload(
        attempt_of(caller, job_id, body.attempt), body.name, body.sha256, body.size
    )


@routes.post("/api/jobs/{job_id}/downloads")
def start_download(caller: JobCaller, job_id: str, body: DownloadRequest) -> Download:
    """Get an address to read one object of this job's spec from."""
    return container().objects.download(attempt_of(caller, job_id, body.attempt), body.key)


def attempt_of(caller: JobCaller, job_id: str, attempt: int | None = None) -> AttemptCaller:
    """The attempt whose token this is; anybody else's job or attempt is refused."""
    caller.must_be(job_id, caller.attempt if attempt is None else attempt)
    return AttemptCaller(caller.job_id, caller.attempt)
