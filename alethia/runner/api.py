"""What the runner itself says: it asks for work, and tells of workers that died. Jobs are their business."""

import json
from collections.abc import Callable

import httpx
from pydantic import BaseModel, ValidationError

from chalicelib.domain.messages import PollAnswer, PollRequest, WorkerEnded
from runner_task.api import new_http_client

from ..transport import BY_STATUS, ApiError, Unreachable


class PollApi:
    """Asks for work.

    Parameters
    ----------
    credential : Callable[[], str]
        Read for each poll, so that a rotated one is taken up from its file without a restart.
    """

    def __init__(self, url: str, credential: Callable[[], str], *, http: httpx.Client | None = None) -> None:
        self._base = f"{url.rstrip('/')}/api"
        self._credential = credential
        self._http = http or new_http_client(url)

    def poll(self, request: PollRequest) -> PollAnswer:
        """One try.

        Raises
        ------
        Unreachable
            No answer, or one that says to try again later.
        ApiError
            A refusal: asking again would not help.
        """
        answer = self._post("runners/poll", request)
        try:
            return PollAnswer.model_validate_json(answer.content)
        except ValidationError:
            raise ApiError(
                answer.status_code,
                {"message": "The API's answer is none that this runner reads; update the runner."},
            ) from None

    def worker_ended(self, job_id: str, ended: WorkerEnded) -> None:
        """One try, with the failures of :meth:`poll`. Without it, the lease's end tells the same, later."""
        self._post(f"jobs/{job_id}/worker-ended", ended)

    def _post(self, path: str, body: BaseModel) -> httpx.Response:
        headers = {"Authorization": f"Runner {self._credential()}", "Content-Type": "application/json"}
        try:
            answer = self._http.post(f"{self._base}/{path}", content=body.model_dump_json(), headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(type(error).__name__) from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise Unreachable(f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise BY_STATUS.get(answer.status_code, ApiError)(answer.status_code, _error_of(answer))
        return answer


def _error_of(answer: httpx.Response) -> dict[str, object]:
    try:
        body = json.loads(answer.content)
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}
